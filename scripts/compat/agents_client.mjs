// OpenAI's agents SDK for JavaScript against our region: `node agents_client.mjs URL`.
import { RealtimeAgent, RealtimeSession, OpenAIRealtimeWebSocket } from "@openai/agents-realtime";

const url = process.argv[2];
const agent = new RealtimeAgent({ name: "kiosk", instructions: "Answer shortly." });
const transport = new OpenAIRealtimeWebSocket({ url });
const session = new RealtimeSession(agent, { transport, model: "voiceagent" });
let sound = 0;
const done = new Promise((resolve, reject) => {
  session.on("audio", (event) => { sound += event.data.byteLength; });
  session.on("error", (error) => reject(new Error(JSON.stringify(error))));
  session.on("history_updated", (history) => {
    const said = JSON.stringify(history.filter((item) => item.role === "assistant"));
    if (said.includes("Marlow") && sound > 10000) resolve(said);
  });
  setTimeout(() => reject(new Error("nothing was said")), 15000);
});
await session.connect({ apiKey: "none", url });
session.sendMessage("who painted the tidewatcher");
await done;
session.close();
console.log("agents-realtime ok");
process.exit(0);
