// The cases of the matrix for clients in JavaScript; see cases.py.
import { readFileSync } from "node:fs";

export const QUESTION = "who painted the tidewatcher", WORD = "Marlow";
export const OTHER = "where is the main water stopcock", OTHER_WORD = "cellar";
export const BESIDE = {
  conversation: "none",
  metadata: { topic: "beside" },
  output_modalities: ["text"],
  input: [{ type: "message", role: "user", content: [{ type: "input_text", text: OTHER }] }],
};
export const TOOL = {
  name: "get_weather",
  description: "The weather of a place",
  parameters: {
    type: "object",
    properties: { place: { type: "string" } },
    required: ["place"],
    additionalProperties: false,
  },
};
const QUIET = 65, LIMIT = 60_000;

/** This client cannot do that, and says why. */
export class Lacks extends Error {}

export function check(holds, why) {
  if (!holds) throw new Error(typeof why === "string" ? why : JSON.stringify(why));
}

export const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** The question as PCM16 of 24 kHz in pieces of 0.1 s, with silence around it. */
export function* spoken(place, quiet = false) {
  const file = readFileSync(place.question);
  const pcm = file.subarray(file.indexOf("data") + 8);
  const all = Buffer.concat([Buffer.alloc(48_000 * (quiet ? QUIET : 0.5)), pcm, Buffer.alloc(96_000)]);
  for (let at = 0; at < all.length; at += 4800) yield all.subarray(at, at + 4800);
}

/** What the region tells, in order, and how much of the sound the client gave on. */
export class Told {
  sound = 0;
  #events = [];
  #wake = () => {};

  put(event) {
    this.#events.push(event);
    this.#wake();
  }

  /** The next event of one of these kinds; an error ends it unless it is asked for. */
  async until(...kinds) {
    for (;;) {
      while (this.#events.length) {
        const event = this.#events.shift();
        if (kinds.includes(event.type)) return event;
        if (event.type === "error") throw new Error(JSON.stringify(event));
      }
      await new Promise((done) => { this.#wake = done; });
    }
  }

  /** The next answer is whole, has the word in it and sounds. */
  async heard(word) {
    const { response } = await this.until("response.done");
    check(response.status === "completed", response);
    check(JSON.stringify(response.output).includes(word), response.output);
    await wait(50); // its sound is on its way through the client
    check(this.sound > 10_000, `${this.sound} bytes of sound`);
    this.sound = 0;
    return response;
  }
}

/** Both answers of a session that was asked beside its conversation, too. */
export async function both(told) {
  const done = [];
  while (done.length < 2) done.push((await told.until("response.done")).response);
  const named = (response) => response.metadata?.topic === "beside";
  check(done.filter(named).length === 1, done);
  check(JSON.stringify(done.find(named)).includes(OTHER_WORD), done);
  check(JSON.stringify(done.find((one) => !named(one))).includes(WORD), done);
}

/** Run the cases that are named after the place; a missing one is lacking. */
export async function run(cases) {
  const place = JSON.parse(process.argv[2]);
  for (const name of process.argv.slice(3)) {
    const told = await one(cases[name], place);
    console.log(JSON.stringify({ case: name, ...told }));
  }
  process.exit(0);
}

async function one(test, place) {
  if (!test) return { result: "lacks", why: "this client has no such call" };
  const late = new Promise((_, fail) =>
    setTimeout(() => fail(new Error("it took too long")), LIMIT).unref());
  try {
    await Promise.race([test(place), late]);
    return { result: "ok", why: "" };
  } catch (error) {
    return { result: error instanceof Lacks ? "lacks" : "failed", why: String(error.message ?? error) };
  }
}
