// Two ranks, which mpirun has started or, with the argument "launch", threads of this process do. Rank 0 prints what it
// found.
import { full, init } from "evenkeel";
import { initProcessGroup, launchLocal } from "evenkeel/distributed";

if (process.argv[2] === "launch") await launchLocal(2, new URL(import.meta.url));
else {
  const group = await initProcessGroup({ timeout: 20 });
  const runtime = await init({ threads: 1 });
  const sum = full([3], group.rank + 1);
  group.allReduce(sum);
  if (group.rank === 0) console.log(`${group.size} ranks, ${group.backend}: ${sum.toArray()}`);
  group.close();
  runtime.close();
}
