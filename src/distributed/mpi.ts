// Ranks that are processes of an MPI. Every wait is MPI_I… and MPI_Test: a blocking call could not be given up.
import { arrays, dtypeOf, type TypedArray } from "../dtype.js";
import { Faults } from "./faults.js";
import { checkConnected, type Launched } from "./launcher.js";
import { loadKoffi, loadMpi, type Mpi } from "./mpi-library.js";
import type { Job, Transport } from "./transport.js";

/** MPI_THREAD_FUNNELED: all calls come from this thread. */
const FUNNELED = 1;

export class MpiTransport implements Transport {
  readonly rank: number;
  readonly size: number;
  readonly backend = "mpi";
  readonly version: string;
  readonly ordered = false;
  readonly #mpi: Mpi;
  readonly #faults: Faults;

  /**
   * Joins the other ranks, within so many seconds. Throws Error, having left them, where the library sees another
   * number of ranks than the launcher.
   */
  static async join(launched: Launched, timeout: number): Promise<MpiTransport> {
    checkConnected(process.env);
    return new MpiTransport(loadMpi(await loadKoffi(), launched.library), launched, timeout);
  }

  /** Use `join`. */
  constructor(mpi: Mpi, { by, library, size: expected }: Launched, timeout: number) {
    this.#mpi = mpi;
    const { call, world } = mpi;
    const [flag, rank, size] = [0, 1, 2].map(() => new Int32Array(1));
    call.MPI_Initialized(flag);
    if (flag[0] !== 0)
      throw new Error("initProcessGroup: MPI runs in this process already; there is one group");
    this.#within(timeout, "MPI_Init_thread", () =>
      call.MPI_Init_thread(0, 0, FUNNELED, new Int32Array(1)),
    );
    this.#check("errhandler", call.MPI_Comm_set_errhandler(world, mpi.errorsReturn));
    call.MPI_Comm_rank(world, rank);
    call.MPI_Comm_size(world, size);
    [this.rank, this.size] = [rank[0], size[0]];
    const text = new Uint8Array(8192);
    const length = new Int32Array(1);
    call.MPI_Get_library_version(text, length);
    this.version = textOf(text, length[0]).split(/[\n,]/)[0].replace(/\s+/g, " ").trim();
    // a library that does not know this launcher is alone; one of those that take PMI_PORT is not Open MPI
    if (expected === null ? mpi.family === "openmpi" : expected !== this.size) {
      this.#finalize(timeout);
      throw new Error(
        `initProcessGroup: ${by} says ${expected ?? "several"} ranks, but ${library} (${this.version}) sees ` +
          `${this.size}: it is not the library of the launcher; set MPI_LIBRARY`,
      );
    }
    this.#faults = new Faults(this.rank, this.size, () => {
      mpi.alarm(3); // a rank that is cut off from its launcher would stay alive in MPI_Abort
      call.MPI_Abort(world, 1);
    });
  }

  start(job: Job): () => boolean {
    const mpi = this.#mpi;
    const request = mpi.request();
    this.#check(job.kind, this.#launch(job, request));
    const flag = new Int32Array(1);
    return () => {
      void job; // its memory stays while the library works on it
      this.#check("MPI_Test", mpi.call.MPI_Test(request, flag, mpi.ignoreStatus));
      return flag[0] !== 0;
    };
  }

  #launch(job: Job, request: Int32Array | BigInt64Array): number {
    const { call, world, inPlace, ops } = this.#mpi;
    if (job.kind === "allReduce" || job.kind === "broadcast") {
      const [at, count, type] = this.#memory(job.values);
      if (job.kind === "broadcast")
        return call.MPI_Ibcast(at, count, type, job.src, world, request);
      return call.MPI_Iallreduce(inPlace, at, count, type, ops[job.op], world, request);
    }
    const [input, count, type] = this.#memory(job.input);
    const [output, part] = this.#memory(job.output);
    if (job.kind === "allGather")
      return call.MPI_Iallgather(input, count, type, output, count, type, world, request);
    return call.MPI_Ireduce_scatter_block(input, output, part, type, ops[job.op], world, request);
  }

  #memory(values: TypedArray) {
    // an array without elements may have no address, which some libraries refuse
    const list = values.length > 0 ? values : new arrays.float64(1);
    void list.buffer; // V8 moves short arrays about until somebody has asked for their memory
    return [list, values.length, this.#mpi.types[dtypeOf(values)]] as const;
  }

  missing(): string {
    return "";
  }

  abort(message: string): never {
    return this.#faults.abort(message);
  }

  close(timeout: number): void {
    this.#faults.remove();
    this.#finalize(timeout);
  }

  #finalize(timeout: number): void {
    this.#within(timeout, "MPI_Finalize", () => this.#mpi.call.MPI_Finalize());
  }

  /** For what has no form that can be polled: a clock of the system ends a process that stays in it. */
  #within(timeout: number, what: string, call: () => number): void {
    this.#mpi.alarm(Math.ceil(timeout));
    const code = call();
    this.#mpi.alarm(0);
    this.#check(what, code);
  }

  #check(what: string, code: number): void {
    if (code === 0) return;
    const text = new Uint8Array(1024);
    const length = new Int32Array(1);
    this.#mpi.call.MPI_Error_string(code, text, length);
    throw new Error(`${what}: ${textOf(text, length[0])}; do all ranks call the same?`);
  }
}

const textOf = (bytes: Uint8Array, length: number): string =>
  new TextDecoder().decode(bytes.subarray(0, length));
