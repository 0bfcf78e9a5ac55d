// The other entries.
import { DataLoader, proceduralDataset } from "evenkeel/data";
import { DistributedSampler, initProcessGroup, type ProcessGroup } from "evenkeel/distributed";
import { layers } from "evenkeel/experiments";
import { loadTorch, openSafetensors } from "evenkeel/files";
import { NormResNet } from "evenkeel/models";

export const loader = new DataLoader(proceduralDataset({ count: 4 }));
export const own = new DistributedSampler(4).indices(0);
export const group: Promise<ProcessGroup> = initProcessGroup();
export const state = loadTorch(new Uint8Array(8), { file: "a.pth" });
export const opened = openSafetensors({ size: 8, read: async () => new Uint8Array(8) });
export const net = new NormResNet({ norm: "gn", width: 4 });
const events = layers({ shape: [2, 4, 4, 4] });
export const first = await events.next();
