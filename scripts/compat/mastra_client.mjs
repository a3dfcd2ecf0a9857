// Mastra's voice for Realtime servers: `node mastra_client.mjs PLACE CASE ...`.
import { OpenAIRealtimeVoice } from "@mastra/voice-openai-realtime";
import { BESIDE, OTHER, OTHER_WORD, QUESTION, TOOL, WORD, Told, both, check, run, spoken, wait } from "./cases.mjs";

const TOLD = [
  "error", "session.updated", "response.created", "response.done", "input_audio_buffer.committed",
  "conversation.item.truncated", "conversation.item.retrieved",
];
const weather = {
  description: TOOL.description,
  parameters: TOOL.parameters,
  execute: async ({ place }) => (place === "Paris" ? "rain" : "nothing"),
};

async function talk(place, { url = place.url, tools = {}, audio } = {}, test) {
  const voice = new OpenAIRealtimeVoice({ url, apiKey: place.key, model: "voiceagent" });
  const told = new Told();
  for (const kind of TOLD) voice.on(`openAIRealtime:${kind}`, (event) => told.put(event));
  voice.on("error", (error) => told.put({ ...error, type: "error" }));
  voice.on("speaking", ({ audio }) => { told.sound += audio.length; });
  voice.addInstructions("Answer shortly.");
  voice.addTools(tools);
  await voice.connect();
  if (audio) voice.updateConfig({ type: "realtime", audio });
  await told.until("session.updated");
  await test(voice, told);
  voice.close();
}

function ask(voice, text) {
  const item = { type: "message", role: "user", content: [{ type: "input_text", text }] };
  voice.sendEvent("conversation.item.create", { item });
  return voice.answer({});
}

async function say(voice, place, quiet) {
  for (const piece of spoken(place, quiet)) {
    await voice.send(new Int16Array(new Uint8Array(piece).buffer));
    await wait(5);
  }
}

const listening = (turn_detection, quiet) => (place) =>
  talk(place, { audio: { input: { turn_detection } } }, async (voice, told) => {
    await say(voice, place, quiet);
    await told.heard(WORD);
  });

await run({
  typed: (place) => talk(place, {}, async (voice, told) => {
    await ask(voice, QUESTION);
    await told.heard(WORD);
  }),
  server_vad: listening({ type: "server_vad" }),
  semantic_vad: listening({ type: "semantic_vad", eagerness: "high" }),
  quiet: listening({ type: "server_vad" }, true),
  manual: (place) => talk(place, { audio: { input: { turn_detection: null } } }, async (voice, told) => {
    await told.until("session.updated");
    await say(voice, place);
    voice.sendEvent("input_audio_buffer.commit");
    await told.until("input_audio_buffer.committed");
    await voice.answer({});
    await told.heard(WORD);
  }),
  tool: (place) => talk(place, { url: place.tools, tools: { [TOOL.name]: weather } }, async (voice, told) => {
    await ask(voice, "what is the weather in Paris");
    await told.until("response.done");
    await told.heard("rain");
  }),
  cancel: (place) => talk(place, {}, async (voice, told) => {
    await ask(voice, QUESTION);
    await told.until("response.created");
    voice.sendEvent("response.cancel");
    const { response } = await told.until("response.done");
    check(response.status === "cancelled", response);
    told.sound = 0;
    await ask(voice, OTHER);
    await told.heard(OTHER_WORD);
  }),
  truncate: (place) => talk(place, {}, async (voice, told) => {
    await ask(voice, QUESTION);
    const [item] = (await told.heard(WORD)).output;
    const cut = { item_id: item.id, content_index: 0, audio_end_ms: 700 };
    voice.sendEvent("conversation.item.truncate", cut);
    await told.until("conversation.item.truncated");
    voice.sendEvent("conversation.item.retrieve", { item_id: item.id });
    const kept = (await told.until("conversation.item.retrieved")).item.content[0].transcript;
    const whole = item.content[0].transcript;
    check(kept !== whole && whole.startsWith(kept.trim()), kept);
  }),
  out_of_band: (place) => talk(place, {}, async (voice, told) => {
    await ask(voice, QUESTION);
    await voice.answer({ options: BESIDE });
    await both(told);
  }),
  g711: async (place) => {
    const sizes = [];
    for (const format of [{ type: "audio/pcm", rate: 24_000 }, { type: "audio/pcmu" }]) {
      await talk(place, { audio: { output: { format } } }, async (voice, told) => {
        await told.until("session.updated");
        await ask(voice, QUESTION);
        await told.until("response.done");
        await wait(100);
        sizes.push(told.sound);
      });
    }
    check(Math.abs(sizes[0] / sizes[1] - 6) < 0.2, sizes);
  },
});
