// OpenAI's client for JavaScript: `node openai_client.mjs PLACE CASE ...`. It speaks wss
// alone, so the place has a certificate and the key is a token.
import OpenAI from "openai";
import { OpenAIRealtimeWS } from "openai/realtime/ws";
import { BESIDE, OTHER, OTHER_WORD, QUESTION, TOOL, WORD, Told, both, check, run, spoken, wait } from "./cases.mjs";

async function talk(place, { url = place.url, session } = {}, test) {
  const baseURL = url.replace("ws", "http").replace("/realtime", "");
  const socket = new OpenAIRealtimeWS({ model: "voiceagent" }, new OpenAI({ baseURL, apiKey: place.key }));
  const told = new Told();
  socket.on("event", (event) => {
    if (event.type === "response.output_audio.delta") told.sound += (event.delta.length * 3) / 4;
    told.put(event);
  });
  socket.on("error", (error) => told.put({ type: "error", why: String(error) }));
  await told.until("session.created");
  if (session) {
    socket.send({ type: "session.update", session: { type: "realtime", ...session } });
    await told.until("session.updated");
  }
  await test(socket, told);
  socket.close();
}

function ask(socket, text) {
  const item = { type: "message", role: "user", content: [{ type: "input_text", text }] };
  socket.send({ type: "conversation.item.create", item });
  socket.send({ type: "response.create" });
}

async function say(socket, place, quiet) {
  for (const piece of spoken(place, quiet)) {
    socket.send({ type: "input_audio_buffer.append", audio: piece.toString("base64") });
    await wait(5);
  }
}

const listening = (turn_detection, quiet) => (place) =>
  talk(place, { session: { audio: { input: { turn_detection } } } }, async (socket, told) => {
    await say(socket, place, quiet);
    await told.heard(WORD);
  });

await run({
  typed: (place) => talk(place, {}, async (socket, told) => {
    ask(socket, QUESTION);
    await told.heard(WORD);
  }),
  server_vad: listening({ type: "server_vad" }),
  semantic_vad: listening({ type: "semantic_vad", eagerness: "high" }),
  quiet: listening({ type: "server_vad" }, true),
  manual: (place) =>
    talk(place, { session: { audio: { input: { turn_detection: null } } } }, async (socket, told) => {
      await say(socket, place);
      socket.send({ type: "input_audio_buffer.commit" });
      await told.until("input_audio_buffer.committed");
      socket.send({ type: "response.create" });
      await told.heard(WORD);
    }),
  tool: (place) =>
    talk(place, { url: place.tools, session: { tools: [{ type: "function", ...TOOL }] } }, async (socket, told) => {
      ask(socket, "what is the weather in Paris");
      const { response } = await told.until("response.done");
      const [call] = response.output.filter((item) => item.type === "function_call");
      check(call.arguments.includes("Paris"), call);
      const item = { type: "function_call_output", call_id: call.call_id, output: "rain" };
      socket.send({ type: "conversation.item.create", item });
      socket.send({ type: "response.create" });
      await told.heard("rain");
    }),
  cancel: (place) => talk(place, {}, async (socket, told) => {
    ask(socket, QUESTION);
    await told.until("response.created");
    socket.send({ type: "response.cancel" });
    const { response } = await told.until("response.done");
    check(response.status === "cancelled", response);
    told.sound = 0;
    ask(socket, OTHER);
    await told.heard(OTHER_WORD);
  }),
  truncate: (place) => talk(place, {}, async (socket, told) => {
    ask(socket, QUESTION);
    const [item] = (await told.heard(WORD)).output;
    socket.send({ type: "conversation.item.truncate", item_id: item.id, content_index: 0, audio_end_ms: 700 });
    await told.until("conversation.item.truncated");
    socket.send({ type: "conversation.item.retrieve", item_id: item.id });
    const kept = (await told.until("conversation.item.retrieved")).item.content[0].transcript;
    const whole = item.content[0].transcript;
    check(kept !== whole && whole.startsWith(kept.trim()), kept);
  }),
  out_of_band: (place) => talk(place, {}, async (socket, told) => {
    ask(socket, QUESTION);
    socket.send({ type: "response.create", response: BESIDE });
    await both(told);
  }),
  g711: async (place) => {
    const sizes = [];
    for (const format of [{ type: "audio/pcm", rate: 24_000 }, { type: "audio/pcmu" }]) {
      await talk(place, { session: { audio: { output: { format } } } }, async (socket, told) => {
        ask(socket, QUESTION);
        await told.until("response.done");
        sizes.push(told.sound);
      });
    }
    check(Math.abs(sizes[0] / sizes[1] - 6) < 0.2, sizes);
  },
});
