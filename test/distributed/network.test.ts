// Two hosts on one machine: network namespaces, joined by a bridge. Bytes on the wire are counted, so that shared
// memory cannot pass for a network.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { available, type Ended, execute, program, ranks } from "./ranks.js";

const agent = resolve(import.meta.dirname, "nsagent.sh");
const id = (process.pid % 10_000).toString(36);
const hosts = [`ek${id}a`, `ek${id}b`];
const bridge = `ek${id}`;
const net = `10.${64 + (process.pid % 60)}.${process.pid % 250}`;
const cidr = `${net}.0/24`;

const ip = (command: string) => execFileSync("ip", command.split(" "), { stdio: "pipe" });
const quietly = (command: string) => {
  try {
    ip(command);
    return true;
  } catch {
    return false;
  }
};
/** Whether this machine lets us make namespaces. */
const allowed = quietly(`netns add ${bridge}t`) && quietly(`netns del ${bridge}t`);

let path = "";
beforeAll(async () => {
  path = await program("train");
  if (!allowed) return;
  for (const command of [`add ${bridge} type bridge`, `set ${bridge} up`]) ip(`link ${command}`);
  ip(`addr add ${net}.1/24 dev ${bridge}`);
  for (const [i, host] of hosts.entries()) {
    ip(`netns add ${host}`);
    ip(`link add v${host} type veth peer name eth0 netns ${host}`);
    ip(`link set v${host} master ${bridge} up`);
    ip(`-n ${host} addr add ${net}.${i + 2}/24 dev eth0`);
    for (const device of ["eth0", "lo"]) ip(`-n ${host} link set ${device} up`);
  }
});
afterAll(() => {
  if (!allowed) return;
  endAll();
  for (const host of hosts) quietly(`netns del ${host}`);
  quietly(`link del ${bridge}`);
});

const onWire = () =>
  Number(readFileSync(`/sys/class/net/v${hosts[0]}/statistics/tx_bytes`, "utf8"));

/** Ends what is left in the namespaces, such as daemons of an mpirun that was killed. */
function endAll(): void {
  for (const host of hosts)
    for (const pid of execFileSync("ip", ["netns", "pids", host], { encoding: "utf8" }).split("\n"))
      if (pid) process.kill(Number(pid), "SIGKILL");
}

/** How many ranks are alive whose command line holds `mark`. */
function ranksOf(mark: string): number {
  try {
    const pattern = `^${process.execPath} .*${mark}`;
    return execFileSync("pgrep", ["-f", pattern], { encoding: "utf8" }).trim().split("\n").length;
  } catch {
    return 0;
  }
}

const openmpi = [
  ...["mpirun.openmpi", "--oversubscribe", "-np", "2", "--host", hosts.join(",")],
  ...["--mca", "plm_rsh_agent", agent, "--mca", "btl", "tcp,self"],
  ...["--mca", "btl_tcp_if_include", cidr, "--mca", "oob_tcp_if_include", cidr],
];
const mpich = [
  ...["mpirun.mpich", "-np", "2", "-hosts", hosts.join(","), "-launcher", "ssh"],
  ...["-launcher-exec", agent, "-iface", bridge, "-genv", "UCX_TLS", "tcp,self"],
];

const STEPS = 10;
const args = { steps: STEPS, shards: [14, 10], timeout: 10 };
interface Result {
  losses: number[];
  parameters: number;
  state: string;
}

/** Trains over the network, and compares with ranks that are threads. */
async function trained(launcher: string[], seconds: number): Promise<Ended> {
  const out = mkdtempSync(join(tmpdir(), "evenkeel-network-"));
  const before = onWire();
  const command = [...launcher, process.execPath, path, out, JSON.stringify(args)];
  const ended = await execute(command, seconds);
  const bytes = onWire() - before;
  expect(readdirSync(out), ended.output).toEqual(["0.json", "1.json"]);
  const got = [0, 1].map((r) => JSON.parse(readFileSync(join(out, `${r}.json`), "utf8")) as Result);
  const [local] = await ranks<Result>(path, "local", 2, args);
  for (const { losses, state } of got) {
    expect(state).toBe(got[0].state);
    losses.forEach((loss, i) => {
      expect(Math.abs(loss - local.losses[i])).toBeLessThanOrEqual(1e-6);
    });
  }
  console.log(`${launcher[0]}: ${(bytes / 1e6).toFixed(2)} MB on the wire`);
  expect(bytes).toBeGreaterThan(STEPS * 4 * got[0].parameters);
  return ended;
}

describe("two hosts", () => {
  test.skipIf(!allowed || !available.openmpi)("Open MPI over TCP", async () => {
    const { code } = await trained(openmpi, 60);
    expect(code).toBe(0);
  });

  // MPI_Finalize of MPICH 4.0.2 over UCX's tcp hangs now and then, after all is done
  test.skipIf(!allowed || !available.mpich)("MPICH over TCP", async () => {
    await trained(mpich, 20);
  });

  const launchers = [
    { name: "MPICH", there: available.mpich, start: mpich },
    { name: "Open MPI", there: available.openmpi, start: openmpi },
  ];
  for (const { name, there, start } of launchers)
    test.skipIf(!allowed || !there)(`a pulled cable ends the ranks of ${name}`, async () => {
      const mark = join(tmpdir(), `evenkeel-cable-${name.length}-${process.pid}`);
      const endless = JSON.stringify({ ...args, steps: 100_000, timeout: 2 });
      const running = execute([...start, process.execPath, path, mark, endless], 25);
      await new Promise((done) => setTimeout(done, 5000));
      expect(ranksOf(mark)).toBe(2);
      ip(`link set v${hosts[1]} down`);
      await expect.poll(() => ranksOf(mark), { timeout: 10_000 }).toBe(0);
      ip(`link set v${hosts[1]} up`);
      // Open MPI's own mpirun does not end when a cable is pulled, so users run it under timeout
      if (name === "Open MPI") endAll();
      const { code, output } = await running;
      expect(code).not.toBe(0);
      expect(output).toMatch(/\[rank \d of 2\] .*not done after 2 s/);
    });
});
