// Drives a server by the official AWS SDK for JavaScript, unmodified: an SMS, a
// WhatsApp and a voice contact, what is done with them, and each error typed.
// The server's ready file is named by READY.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as c from "@aws-sdk/client-connect";

const ready = JSON.parse(readFileSync(process.env.READY, "utf8"));
const InstanceId = ready.instanceId;
const client = new c.ConnectClient({ endpoint: ready.endpoint, region: ready.region, maxAttempts: 1 });
const send = (command) => client.send(command);

async function page(method, path, body) {
  const answer = await fetch(`${ready.endpoint}/_outdial/${path}`, { method, body: body && JSON.stringify(body) });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.clone().text()}`);
  return answer.json().catch(() => undefined);
}
const rest = () => page("POST", "clock", { advance: "0s" });
const handset = async (number) => (await rest(), page("GET", `handsets/${encodeURIComponent(number)}`));
const number = (channel) => ready.phoneNumbers.find((n) => n.channels.includes(channel));
const attributes = { name: "Ann", appointment: "tomorrow at 10:00" };

const chat = (channel, to, more) => ({
  InstanceId,
  ContactFlowId: ready.flows["Appointment reminder (chat)"],
  SourceEndpoint: { Type: "CONNECT_PHONENUMBER_ARN", Address: number(channel).arn },
  DestinationEndpoint: { Type: "TELEPHONE_NUMBER", Address: to },
  SegmentAttributes: { "connect:Subtype": { ValueString: channel === "SMS" ? "connect:SMS" : "connect:WhatsApp" } },
  Attributes: attributes,
  ...more,
});
const voice = (to, more) => ({
  InstanceId,
  ContactFlowId: ready.flows["Appointment reminder (voice)"],
  SourcePhoneNumber: number("VOICE").number,
  DestinationPhoneNumber: to,
  Attributes: attributes,
  ...more,
});

async function sms() {
  const to = "+12065550130";
  const { ContactId, $metadata } = await send(new c.StartOutboundChatContactCommand(chat("SMS", to)));
  assert.match($metadata.requestId, /^[0-9a-f-]{36}$/);
  assert.match((await handset(to)).messages[0].text, /Hello Ann! .*tomorrow at 10:00/);
  await page("POST", `handsets/${encodeURIComponent(to)}/messages`, { text: "1", to: number("SMS").number, channel: "SMS" });
  await rest();
  const { Contact } = await send(new c.DescribeContactCommand({ InstanceId, ContactId }));
  assert.equal(Contact.DisconnectReason, "CONTACT_FLOW_DISCONNECT");
  assert.ok(Contact.InitiationTimestamp instanceof Date && Contact.DisconnectTimestamp >= Contact.InitiationTimestamp);
  assert.equal(Contact.Attributes.appointmentStatus, "confirmed");
}

async function whatsApp() {
  const to = "+12065550131";
  const template = ready.templates.find((t) => t.channel === "WHATSAPP");
  await send(new c.StartOutboundChatContactCommand(chat("WHATSAPP", to, {
    InitialTemplatedSystemMessage: {
      KnowledgeBaseId: template.knowledgeBaseId,
      MessageTemplateId: template.messageTemplateId,
      TemplateAttributes: { CustomAttributes: attributes },
    },
  })));
  assert.match((await handset(to)).messages[0].text, /Ann/);
}

async function call() {
  const to = "+12065550132";
  const { ContactId } = await send(new c.StartOutboundVoiceContactCommand(voice(to, { RingTimeoutInSeconds: 30 })));
  const act = (action, digits) => page("POST", `handsets/${encodeURIComponent(to)}/call`, { action, digits });
  assert.equal((await handset(to)).call.state, "ringing");
  await act("answer");
  await rest();
  await act("press", "1");
  await rest();
  const { Contact } = await send(new c.DescribeContactCommand({ InstanceId, ContactId }));
  assert.equal(Contact.Attributes.appointmentStatus, "confirmed");
}

async function errors() {
  const fails = (command, type, status, says) => assert.rejects(send(command), (e) => {
    assert.ok(e instanceof type, `${e.name} is not a ${type.name}: ${e.message}`);
    assert.equal(e.$metadata.httpStatusCode, status);
    assert.match(e.message, says);
    return true;
  });
  const none = "00000000-0000-0000-0000-000000000000";
  await fails(new c.StartOutboundChatContactCommand(chat("SMS", "+12065550140", { ChatDurationInMinutes: 10081 })), c.InvalidRequestException, 400, /10080/);
  await fails(new c.StartOutboundChatContactCommand(chat("SMS", "+12065550106")), c.ConflictException, 409, /DESTINATION_PHONE_NUMBER_OPTED_OUT/);
  await fails(new c.StartOutboundChatContactCommand(chat("SMS", "+12065550140", { ContactFlowId: none })), c.ResourceNotFoundException, 404, /ContactFlowId/);
  await fails(new c.StartOutboundVoiceContactCommand(voice("+12065550140", { RingTimeoutInSeconds: 14 })), c.InvalidParameterException, 400, /15/);
  await fails(new c.StopContactCommand({ InstanceId, ContactId: none }), c.ContactNotFoundException, 410, /ContactId/);
  await fails(new c.CreateContactFlowCommand({ InstanceId, Name: "x", Type: "CONTACT_FLOW", Content: "{}" }), c.InvalidContactFlowException, 400, /./);
}

async function pages() {
  const seen = new Set();
  for await (const p of c.paginateListContactFlows({ client, pageSize: 4 }, { InstanceId })) {
    for (const f of p.ContactFlowSummaryList) {
      assert.ok(!seen.has(f.Id), `${f.Name} twice`);
      seen.add(f.Id);
    }
  }
  assert.equal(seen.size, Object.keys(ready.flows).length);
}

for (const part of [sms, whatsApp, call, errors, pages]) {
  await part();
  console.log(`${part.name}: as it should be`);
}
