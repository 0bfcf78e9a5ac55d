import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Client } from "../engine/client.js";
import { makeWorker } from "../engine/engine.js";
import type { Machine as Facts } from "../engine/lab/machine.js";
import type { CallName, Calls } from "../engine/protocol.js";
import { Complaint } from "../parts/fields.js";
import { useNear } from "../parts/near.js";
import { Section } from "../parts/section.js";
import { failureText } from "../refusals.js";
import { useTools } from "../text/texts.js";
import { WEIGHTS_HASH } from "./hash.js";
import type { Speed } from "./speed.js";

const KIBIBYTE = 2 ** 10;

/** A call to a worker of its own, so that the page's other calls are answered meanwhile. */
async function ask<K extends CallName>(name: K, args: Calls[K]["args"]) {
  const client = new Client(makeWorker);
  try {
    return await client.call(name, args);
  } finally {
    client.terminate();
  }
}

/** What the page computes on, and what can be measured of it. */
export function Machine() {
  const { machine, common } = useTools();
  const facts = useSignal<Facts | null>(null);
  const bits = useSignal<Calls["bits"]["result"] | null>(null);
  const speeds = useSignal<readonly Speed[]>([]);
  const busy = useSignal<"bits" | "speed" | null>(null);
  const failure = useSignal("");
  const here = useSignal<{ cores: number; isolated: boolean } | null>(null);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { hardwareConcurrency } = navigator;
    here.value = { cores: hardwareConcurrency || 1, isolated: crossOriginIsolated === true };
  }, []);
  useNear(box, () => {
    // without an engine the page says why by itself
    ask("machine", null).then(
      (result) => (facts.value = result),
      () => {},
    );
  });
  const measure = async (what: "bits" | "speed") => {
    if (busy.value) return;
    busy.value = what;
    failure.value = "";
    try {
      if (what === "bits") bits.value = await ask("bits", null);
      else speeds.value = await ask("speed", null);
    } catch (error) {
      failure.value = (error as Error).message;
    } finally {
      busy.value = null;
    }
  };
  const known = (text: string | undefined) => text ?? machine.unknown;
  const of = facts.value;
  const at = here.value;
  const number = (value: number) => String(Number(value.toPrecision(3)));
  return (
    <Section name="machine" heading={machine.heading} lead={machine.lead}>
      <div ref={box}>
        <dl class="card">
          <dt>{machine.build}</dt>
          <dd>
            {known(of?.variant)}
            {of && ` · ${of.relaxed ? machine.relaxed : machine.notRelaxed}`}
          </dd>
          <dt>{machine.threads}</dt>
          <dd>{known(at && of ? machine.threadsOf(at.cores, of.threads) : undefined)}</dd>
          <dt>{machine.memory}</dt>
          <dd>{known(of ? machine.memoryOf(number(of.memory / KIBIBYTE)) : undefined)}</dd>
          <dt>{machine.headers}</dt>
          <dd>
            {at && (at.isolated ? machine.isolated : machine.notIsolated)} {machine.headersAdd}
          </dd>
        </dl>
        <div class="pair">
          <div>
            <h3>{machine.bits}</h3>
            <p>{machine.bitsWhat}</p>
            <button type="button" disabled={busy.value !== null} onClick={() => measure("bits")}>
              {busy.value === "bits" ? machine.running : machine.check}
            </button>
            <p role="status">
              {bits.value && (
                <>
                  <code>{bits.value.hash}</code>{" "}
                  <strong class={bits.value.hash === WEIGHTS_HASH ? undefined : "error"}>
                    {bits.value.hash === WEIGHTS_HASH ? machine.same : machine.other}
                  </strong>{" "}
                  {machine.took(number(bits.value.took / 1000))}
                </>
              )}
            </p>
            <p class="hint">
              {machine.expected} <code>{WEIGHTS_HASH}</code>
            </p>
          </div>
          <div>
            <h3>{machine.speed}</h3>
            <p>{machine.speedWhat}</p>
            <button type="button" disabled={busy.value !== null} onClick={() => measure("speed")}>
              {busy.value === "speed" ? machine.running : machine.measure}
            </button>
            <div role="status">
              {speeds.value.length > 0 && (
                <table class="lanes" aria-label={machine.speed}>
                  <thead>
                    <tr>
                      {machine.head.map((name) => (
                        <th key={name} scope="col">
                          {name}
                        </th>
                      ))}
                    </tr>
                  </thead>
                  <tbody>
                    {speeds.value.map(({ name, wasm, plain }) => (
                      <tr key={name}>
                        <th scope="row">{machine.operations[name]}</th>
                        <td>{machine.ms(number(wasm))}</td>
                        <td>{machine.ms(number(plain))}</td>
                        <td>{number(plain / wasm)}×</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              )}
            </div>
          </div>
        </div>
        {failure.value && <Complaint text={failureText(failure.value, common)} />}
      </div>
    </Section>
  );
}
