// OpenAI's agents SDK for JavaScript: `node agents_client.mjs PLACE CASE ...`.
import { RealtimeAgent, RealtimeSession, OpenAIRealtimeWebSocket, tool } from "@openai/agents-realtime";
import { z } from "zod";
import { BESIDE, OTHER, OTHER_WORD, QUESTION, WORD, Told, both, check, run, spoken, wait } from "./cases.mjs";

const weather = tool({
  name: "get_weather",
  description: "The weather of a place",
  parameters: z.object({ place: z.string() }),
  execute: async ({ place }) => (place === "Paris" ? "rain" : "nothing"),
});

async function talk(place, { url = place.url, tools = [], config = {} } = {}, test) {
  const agent = new RealtimeAgent({ name: "kiosk", instructions: "Answer shortly.", tools });
  const transport = new OpenAIRealtimeWebSocket({ url });
  const session = new RealtimeSession(agent, { transport, model: "voiceagent", config });
  const told = new Told();
  session.on("audio", (event) => { told.sound += event.data.byteLength; });
  session.on("transport_event", (event) => told.put(event));
  session.on("error", (error) => told.put({ ...error, type: "error" }));
  await session.connect({ apiKey: place.key, url });
  await test(session, told, (event) => transport.sendEvent(event));
  session.close();
}

const say = async (session, place, quiet) => {
  for (const piece of spoken(place, quiet)) {
    session.sendAudio(new Uint8Array(piece).buffer);
    await wait(5);
  }
};

const listening = (turnDetection, quiet) => (place) =>
  talk(place, { config: { audio: { input: { turnDetection } } } }, async (session, told) => {
    await say(session, place, quiet);
    await told.heard(WORD);
  });

await run({
  typed: (place) => talk(place, {}, async (session, told) => {
    session.sendMessage(QUESTION);
    await told.heard(WORD);
  }),
  server_vad: listening({ type: "server_vad" }),
  semantic_vad: listening({ type: "semantic_vad", eagerness: "high" }),
  quiet: listening({ type: "server_vad" }, true),
  manual: (place) =>
    talk(place, { config: { audio: { input: { turnDetection: null } } } }, async (session, told, send) => {
      await told.until("session.updated");
      await say(session, place);
      session.sendAudio(new ArrayBuffer(0), { commit: true });
      await told.until("input_audio_buffer.committed");
      send({ type: "response.create" });
      await told.heard(WORD);
    }),
  tool: (place) => talk(place, { url: place.tools, tools: [weather] }, async (session, told) => {
    session.sendMessage("what is the weather in Paris");
    await told.until("response.done");
    await told.heard("rain");
  }),
  cancel: (place) => talk(place, {}, async (session, told) => {
    session.interrupt();
    session.sendMessage(QUESTION);
    await told.until("response.created");
    session.interrupt();
    await told.until("response.done");
    told.sound = 0;
    session.sendMessage(OTHER);
    await told.heard(OTHER_WORD);
  }),
  truncate: (place) => talk(place, {}, async (session, told, send) => {
    session.sendMessage(QUESTION);
    const [item] = (await told.heard(WORD)).output;
    send({ type: "conversation.item.truncate", item_id: item.id, content_index: 0, audio_end_ms: 700 });
    await told.until("conversation.item.truncated");
    send({ type: "conversation.item.retrieve", item_id: item.id });
    const kept = (await told.until("conversation.item.retrieved")).item.content[0].transcript;
    const whole = item.content[0].transcript;
    check(kept !== whole && whole.startsWith(kept.trim()), kept);
  }),
  out_of_band: (place) => talk(place, {}, async (session, told, send) => {
    session.sendMessage(QUESTION);
    send({ type: "response.create", response: BESIDE });
    await both(told);
  }),
  g711: async (place) => {
    const sizes = [];
    for (const format of [{ type: "audio/pcm", rate: 24_000 }, { type: "audio/pcmu" }]) {
      await talk(place, { config: { audio: { output: { format } } } }, async (session, told) => {
        session.sendMessage(QUESTION);
        await told.until("response.done");
        await wait(100);
        sizes.push(told.sound);
      });
    }
    check(Math.abs(sizes[0] / sizes[1] - 6) < 0.2, sizes);
  },
});
