// What the page and its workers say to each other. Every message has the number of its request.
import type {
  CompareConfig,
  CompareEvent,
  CompareResult,
} from "../../experiments/compare-types.js";
import type {
  ActivationName,
  GradientsConfig,
  GradientsControls,
  GradientsEvent,
  GradientsResult,
  Measured,
} from "../../experiments/gradients.js";
import type { InfluenceConfig, InfluenceRow } from "../../experiments/influence.js";
import type { PaddingConfig, PaddingResult } from "../../experiments/padding.js";
import type { Picture } from "../../experiments/pictures.js";
import type {
  RunningStatsConfig,
  RunningStatsControls,
  RunningStatsEvent,
  RunningStatsResult,
} from "../../experiments/running-stats.js";
import type { SeeConfig, Sight } from "../../experiments/see.js";
import type {
  Losses,
  StyleConfig,
  StyleControls,
  StyleEvent,
  StyleRun,
} from "../../experiments/style.js";

import type {
  TransformerConfig,
  TransformerControls,
  TransformerEvent,
  TransformerRun,
} from "../../experiments/transformer.js";
import type { Speed } from "../machine/speed.js";
import type { OwnNorms } from "../own-norms/inspect.js";
import type { Machine } from "./lab/machine.js";

/** Records of CIFAR-10's binary format; absent: the drawn images of the race. */
export interface OwnData {
  name: string;
  train: Uint8Array;
  test: Uint8Array;
}

/** Pictures of the visitor's own, to be repainted and to be followed. */
export interface OwnPictures {
  content?: Picture;
  style?: Picture;
}

/** A picture that was repainted at once, and what of. */
export interface Painted extends Required<OwnPictures> {
  painted: Picture;
  losses: Losses;
}

/** What can be called, with its arguments and its result. */
export interface Calls {
  see: { args: Partial<SeeConfig>; result: Sight };
  influence: { args: Partial<InfluenceConfig>; result: InfluenceRow[] };
  /** Reads a file of CIFAR-10 images, `.bin` or `.tar.gz`: at most so many of them. */
  images: { args: { file: Blob & { name: string }; train: number; test: number }; result: OwnData };
  /** The first test images, [count, 3, 32, 32] in bytes, and their labels. */
  pictures: {
    args: { count: number; data?: OwnData };
    result: { images: Uint8Array; labels: Uint8Array };
  };
  /** What is measured of fresh nets of a depth, without a norm and with each. */
  depth: { args: { depth: number; activation: ActivationName }; result: Measured[] };
  /** AdaIN of two pictures; absent ones are drawn. */
  adain: { args: OwnPictures; result: Painted };
  padding: { args: Partial<PaddingConfig>; result: PaddingResult };
  /** The normalisation layers of a safetensors file, of one in several files, or of several. */
  norms: { args: { files: readonly (Blob & { name: string })[] }; result: OwnNorms };
  /** What the worker runs on; the hash of weights that it trains; how fast it is, and plain JavaScript. */
  machine: { args: null; result: Machine };
  bits: { args: null; result: { hash: string; took: number } };
  speed: { args: null; result: Speed[] };
  /** Whether norms fit a net of this width. Refuses as the net would. */
  check: { args: { norms: readonly string[]; width: number }; result: null };
}
export type CallName = keyof Calls;

/** The experiments of the laboratory: what they take, what may be changed while they run, what they tell and return. */
export interface Experiments {
  gradients: {
    settings: Partial<GradientsConfig>;
    controls: GradientsControls;
    event: GradientsEvent;
    result: GradientsResult;
    data: undefined;
  };
  runningStats: {
    settings: Partial<RunningStatsConfig>;
    controls: RunningStatsControls;
    event: RunningStatsEvent;
    result: RunningStatsResult;
    data: undefined;
  };
  /** All variants side by side. `data` is the visitor's own text. */
  transformer: {
    settings: Partial<TransformerConfig>;
    controls: TransformerControls;
    event: TransformerEvent;
    result: TransformerRun[];
    data: string;
  };
  /** All norms side by side. */
  style: {
    settings: Partial<StyleConfig>;
    controls: StyleControls;
    event: StyleEvent;
    result: StyleRun[];
    data: OwnPictures;
  };
}
export type ExperimentName = keyof Experiments;
export type ExperimentEvent = Experiments[ExperimentName]["event"];

/** An experiment with its settings. */
export interface ExperimentRequest<K extends ExperimentName> {
  name: K;
  settings: Experiments[K]["settings"];
  controls: Experiments[K]["controls"];
  data?: Experiments[K]["data"];
  /** The least time between two of its events, in milliseconds: some are too fast to be followed. */
  interval?: number;
}

/** One training of one norm. */
export interface RunRequest {
  settings: Partial<CompareConfig>;
  data?: OwnData;
  /** Where the run is saved, so that it can go on after a reload. */
  key?: string;
  /** The step sizes that the visitor has set: [steps before it, lr]. */
  rates?: readonly Rate[];
}

/** A step size, and after how many steps it was set. */
export type Rate = readonly [steps: number, lr: number];

/** What is said to a run that is under way. */
export type Order =
  | { do: "pause" | "resume" | "step" | "stop" }
  | { do: "set"; lr: number }
  /** To an experiment: all its controls. */
  | { do: "turn"; controls: Experiments[ExperimentName]["controls"] };

export type Request =
  | ({ id: number; do: "run" } & RunRequest)
  | {
      [K in ExperimentName]: { id: number; do: "experiment" } & ExperimentRequest<K>;
    }[ExperimentName]
  | ({ id: number } & Order)
  | { [K in CallName]: { id: number; do: "call"; name: K; args: Calls[K]["args"] } }[CallName];

export type Reply =
  | { id: number; is: "started"; variant: string; threads: number }
  | { id: number; is: "events"; events: CompareEvent[] }
  | { id: number; is: "told"; events: ExperimentEvent[] }
  | { id: number; is: "paused" }
  /** All step sizes that were set, the last one just now. */
  | { id: number; is: "rates"; rates: readonly Rate[] }
  /** The run goes on, but is not saved: why. */
  | { id: number; is: "unsaved"; message: string }
  | { id: number; is: "result" | "stopped"; result: Result }
  /** Settings that cannot be; the message is the library's. */
  | { id: number; is: "refused"; message: string }
  | { id: number; is: "failed"; name: string; message: string; stack: string };

/** What comes of a run, a call or an experiment. One that was stopped has no result. */
type Result =
  | CompareResult
  | Calls[CallName]["result"]
  | Experiments[ExperimentName]["result"]
  | null;
