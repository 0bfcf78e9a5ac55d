// What a TypeScript program writes with the main entry.
import { init, layerNorm, nn, optim, randn, type Tensor, tidy } from "evenkeel";

const runtime = await init({ threads: 1 });
const net = new nn.Sequential(new nn.Linear(3, 3), new nn.LayerNorm([3]));
const adam = new optim.Adam(net.parameters(), { lr: 1e-3 });
const y: Tensor = net.forward(randn([2, 3]));
y.backward(randn([2, 3]));
adam.step();
export const values: Float32Array<ArrayBuffer> = tidy(() => layerNorm(y, [3])).toArray();
runtime.close();
