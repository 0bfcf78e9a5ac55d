// The other entries.
import { DataLoader, proceduralDataset } from "evenkeel/data";
import { layers } from "evenkeel/experiments";
import { NormResNet } from "evenkeel/models";

export const loader = new DataLoader(proceduralDataset({ count: 4 }));
export const net = new NormResNet({ norm: "gn", width: 4 });
const events = layers({ shape: [2, 4, 4, 4] });
export const first = await events.next();
