// The functions of an MPI library, found by koffi, and the handles of its ABI.
import type { DType } from "../dtype.js";
import type { Reduction } from "./transport.js";

type Call = (...args: unknown[]) => number;
interface Library {
  func(name: string, result: string, args: string[]): Call;
  symbol(name: string): unknown;
}
export interface Koffi {
  load(path: string | null): Library;
  address(value: unknown): bigint;
}

/** A handle as the library takes it: an address in Open MPI, a number in the MPICH family. */
type Handle = bigint | number;

export interface Mpi {
  family: "openmpi" | "mpich";
  world: Handle;
  types: Readonly<Record<DType, Handle>>;
  ops: Readonly<Record<Reduction, Handle>>;
  errorsReturn: Handle;
  inPlace: number;
  ignoreStatus: number;
  /** A place for the handle of a request. */
  request(): Int32Array | BigInt64Array;
  call: Readonly<Record<keyof typeof signatures, Call>>;
  /** alarm(seconds) of libc. */
  alarm: Call;
}

/** H: a handle; V: memory; A: an address as a number. */
const signatures = {
  MPI_Initialized: "V",
  MPI_Finalized: "V",
  MPI_Init_thread: "AAiV",
  MPI_Comm_rank: "HV",
  MPI_Comm_size: "HV",
  MPI_Comm_set_errhandler: "HH",
  MPI_Error_string: "iVV",
  MPI_Get_library_version: "VV",
  MPI_Iallreduce: "AViHHHV",
  MPI_Ibcast: "ViHiHV",
  MPI_Iallgather: "ViHViHHV",
  MPI_Ireduce_scatter_block: "VViHHHV",
  MPI_Test: "VVA",
  MPI_Abort: "Hi",
  MPI_Finalize: "",
} as const;

const openmpiTypes: Record<DType, string> = {
  float32: "float",
  float64: "double",
  int32: "int32_t",
  uint8: "uint8_t",
  int64: "int64_t",
};

const mpich = {
  world: 0x44000000,
  types: {
    float32: 0x4c00040a,
    float64: 0x4c00080b,
    int32: 0x4c000439,
    uint8: 0x4c00013b,
    int64: 0x4c00083a,
  },
  ops: { max: 0x58000001, min: 0x58000002, sum: 0x58000003 },
  errorsReturn: 0x54000001,
  inPlace: -1,
  ignoreStatus: 1,
  request: () => new Int32Array(1),
};

function openmpi(library: Library, { address }: Koffi) {
  const at = (name: string) => {
    const symbol = library.symbol(name);
    return typeof symbol === "bigint" ? symbol : address(symbol);
  };
  const table = <Key extends string>(names: Record<Key, string>) =>
    Object.fromEntries(
      Object.entries<string>(names).map(([key, name]) => [key, at(`ompi_mpi_${name}`)]),
    ) as Record<Key, bigint>;
  return {
    world: at("ompi_mpi_comm_world"),
    types: table(openmpiTypes),
    ops: table({ max: "op_max", min: "op_min", sum: "op_sum" }),
    errorsReturn: at("ompi_mpi_errors_return"),
    inPlace: 1,
    ignoreStatus: 0,
    request: () => new BigInt64Array(1),
  };
}

function isOpenMpi(library: Library): boolean {
  try {
    return Boolean(library.symbol("ompi_mpi_comm_world"));
  } catch {
    return false;
  }
}

/** Loads a library. Which ABI it has is told by its symbols: names of files are links, and may lead anywhere. */
export function loadMpi(koffi: Koffi, path: string): Mpi {
  // UCX, below MPICH, rewrites the first instructions of mmap and its like while threads of the engine call them
  const { env } = process;
  env.UCX_MEM_EVENTS ??= "no";
  let library: Library;
  try {
    library = koffi.load(path);
  } catch (cause) {
    const why = (cause as Error).message;
    throw new Error(
      `initProcessGroup: the MPI library ${path} cannot be loaded (${why}); install it, such as by apt-get install ` +
        "openmpi-bin, or set MPI_LIBRARY to its path",
      { cause },
    );
  }
  const family = isOpenMpi(library) ? "openmpi" : "mpich";
  const kinds: Record<string, string> = {
    H: family === "openmpi" ? "intptr_t" : "int",
    V: "void *",
    A: "intptr_t",
    i: "int",
  };
  const call = Object.fromEntries(
    Object.entries(signatures).map(([name, args]) => [
      name,
      library.func(
        name,
        "int",
        [...args].map((kind) => kinds[kind]),
      ),
    ]),
  ) as Mpi["call"];
  const alarm = koffi.load(null).func("alarm", "unsigned int", ["unsigned int"]);
  return { family, ...(family === "openmpi" ? openmpi(library, koffi) : mpich), call, alarm };
}

/** koffi, which users install beside this package. */
export async function loadKoffi(): Promise<Koffi> {
  const name = "koffi";
  try {
    const module = (await import(name)) as { default?: Koffi } & Koffi;
    return module.default ?? module;
  } catch (cause) {
    throw new Error(
      `initProcessGroup: MPI needs the package koffi: npm install koffi (${(cause as Error).message})`,
      { cause },
    );
  }
}
