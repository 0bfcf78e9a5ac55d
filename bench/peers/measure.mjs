import { median, relativeError } from "../../build/peers.js";

const WARM_UP_MS = 60;
const SAMPLE_MS = 20;
/**
 * Before each sample a library runs untimed for this long, so that the caches hold its data and not those of the last
 * library.
 */
const LEAD_IN_MS = 3;
/** Libraries add in different orders, and some compute variances and exponentials in cheaper ways. */
const TOLERANCE = 1e-4;

const wrong = (message) => Object.assign(new Error(message), { wrong: true });

/** Throws unless `got` equals `want` within the row's tolerance. */
function check(got, want, tolerance) {
  if (got.length !== want.length) throw wrong(`${got.length} results instead of ${want.length}`);
  const errors = got.map((list, i) => relativeError(list, want[i]));
  const allowed = Math.max(TOLERANCE, tolerance);
  const bad = errors.findIndex((error) => !(error <= allowed));
  if (bad >= 0) throw wrong(`result ${bad} differs by ${errors[bad].toPrecision(2)}`);
}

/**
 * Measures one row. Every library computes it and is compared with the first library. If the result is right, the
 * libraries are timed in turns. Gives a cell for each library. `ms` is the median of its samples. `ratio` is the median
 * of the ratios of its samples to those of the first library in the same round. A library without times has a `reason`,
 * and `wrong` if its result was wrong. A shared machine changes its speed from second to second: by a factor of two
 * between rounds, but little within a round.
 */
export async function measureRow(peers, row, { tolerance }, { budget }) {
  const cells = peers.map(({ adapter }) => ({ adapter, samples: [] }));
  let want = null;
  const guarded = async (i, work) => {
    if (cells[i].reason) return;
    try {
      await work(peers[i], cells[i]);
    } catch (error) {
      if (i === 0) throw error;
      cells[i].reason = error.message.replaceAll(/\s+/g, " ").slice(0, 120);
      cells[i].wrong = error.wrong === true;
    }
  };
  for (const i of peers.keys()) {
    await guarded(i, async (peer, cell) => {
      await peer.start();
      const got = await peer.ask("prepare", { row });
      want ??= got;
      check(got, want, tolerance);
      const wall = await peer.ask("warm", { ms: WARM_UP_MS });
      cell.calls = Math.min(1000, Math.max(1, Math.ceil(SAMPLE_MS / wall)));
      cell.slow = wall > budget;
      cell.leadIn = wall < SAMPLE_MS ? LEAD_IN_MS : 0;
    });
  }
  const end = performance.now() + budget;
  for (let round = 0; round < 3 || (performance.now() < end && round < 51); round++) {
    for (const i of peers.keys()) {
      await guarded(i, async (peer, cell) => {
        if (cell.slow && round > 0) return;
        const { calls, leadIn } = cell;
        cell.samples.push(await peer.ask("time", { calls, leadIn }));
      });
    }
  }
  return cells.map(({ adapter, samples, reason, wrong }) => {
    if (reason) return { adapter, reason, wrong };
    const ms = median(samples);
    const own = cells[0].samples; // there are fewer samples if one of our calls is slow
    const ratio = median(samples.slice(0, own.length).map((sample, round) => sample / own[round]));
    return ms > 0
      ? { adapter, ms, ratio, samples: samples.length }
      : { adapter, reason: "lost in the noise of this machine" };
  });
}
