const OpenAI = require('openai');
const Anthropic = require('@anthropic-ai/sdk');
const { GoogleGenerativeAI } = require('@google/generative-ai');
const { GoogleGenAI } = require('@google/genai');
const { generateText } = require('ai');
const { ChatOpenAI } = require('@langchain/openai');
const { HumanMessage, SystemMessage } = require('@langchain/core/messages');
const { ChatPromptTemplate, PromptTemplate } = require('@langchain/core/prompts');
const { BedrockRuntimeClient, ConverseCommand, InvokeModelCommand } = require('@aws-sdk/client-bedrock-runtime');

const client = new OpenAI();
const claude = new Anthropic();
const bedrock = new BedrockRuntimeClient({});
const SYSTEM = 'You answer questions about our orders.';

exports.openai = async (event) => {
  await client.chat.completions.create({ messages: [{ role: 'system', content: `You help ${event.name}.` }] }); // bad: prompt-injection
  await client.chat.completions.create({ messages: [{ role: 'user', content: `Translate the following text: ${event.text}` }] }); // bad: prompt-injection
  await client.chat.completions.create({ messages: event.messages }); // bad: prompt-injection
  await client.chat.completions.create({ messages: [{ role: 'system', content: SYSTEM }, { role: 'user', content: event.text }] });
  await client.chat.completions.create({ messages: [{ role: 'user', content: `Question: ${event.text}` }] });
  await client.responses.create({ instructions: `Help ${event.name}`, input: 'Hello' }); // bad: prompt-injection
  await client.responses.create({ input: `Summarise the following review in one line: ${event.text}` }); // bad: prompt-injection
  await client.responses.create({ instructions: SYSTEM, input: event.text });
};

exports.others = async (event) => {
  await claude.messages.create({ system: `Help ${event.name}`, messages: [] }); // bad: prompt-injection
  await claude.messages.create({ system: SYSTEM, messages: [{ role: 'user', content: event.text }] });
  await claude.messages.create({ messages: [{ role: 'user', content: `Translate the following text: ${event.text}` }] }); // bad: prompt-injection
  await claude.messages.create({ system: SYSTEM, messages: [{ role: 'user', content: `Translate the following text: ${event.text}` }] }); // bad: prompt-injection
  const gemini = new GoogleGenerativeAI(process.env.KEY);
  gemini.getGenerativeModel({ model: 'm', systemInstruction: `Help ${event.name}` }); // bad: prompt-injection
  const model = gemini.getGenerativeModel({ model: 'm', systemInstruction: SYSTEM });
  await model.generateContent(`Write a poem about this subject: ${event.text}`); // bad: prompt-injection
  await model.generateContent({ contents: [{ role: 'user', parts: [{ text: `Write a poem about this subject: ${event.text}` }] }] }); // bad: prompt-injection
  await model.generateContent(event.text);
  await model.generateContent({ contents: [{ role: 'user', parts: [{ text: event.text }] }] });
  const google = new GoogleGenAI({ apiKey: process.env.KEY });
  await google.models.generateContent({ model: 'm', contents: event.text, config: { systemInstruction: `Help ${event.name}` } }); // bad: prompt-injection
  await google.models.generateContent({ model: 'm', contents: event.text, config: { systemInstruction: SYSTEM } });
  await generateText({ model: 'm', system: `Help ${event.name}`, prompt: 'Hello' }); // bad: prompt-injection
  await generateText({ model: 'm', prompt: `Invent a dish with these ingredients: ${event.text}` }); // bad: prompt-injection
  await generateText({ model: 'm', system: SYSTEM, prompt: event.text });
};

exports.langchain = async (event) => {
  const model = new ChatOpenAI({ model: 'm' });
  await model.invoke([new SystemMessage(`Help ${event.name}`), new HumanMessage('Hello')]); // bad: prompt-injection
  await model.invoke([new SystemMessage(SYSTEM), new HumanMessage(event.text)]);
  await model.invoke(`Write a poem about this subject: ${event.text}`); // bad: prompt-injection
  await model.invoke(event.text);
  new HumanMessage(`Write a poem about this subject: ${event.text}`); // bad: prompt-injection
  PromptTemplate.fromTemplate(`Write about ${event.text}`); // bad: prompt-injection
  await PromptTemplate.fromTemplate('Write about {subject}').format({ subject: event.text });
  ChatPromptTemplate.fromMessages([['system', `Help ${event.name}`], ['human', '{text}']]); // bad: prompt-injection
  ChatPromptTemplate.fromMessages([['system', SYSTEM], ['human', '{text}']]);
};

exports.aws = async (event) => {
  await bedrock.send(new ConverseCommand({ modelId: 'm', system: [{ text: `Help ${event.name}` }], messages: [] })); // bad: prompt-injection
  await bedrock.send(new ConverseCommand({ modelId: 'm', system: [{ text: SYSTEM }], messages: [{ role: 'user', content: [{ text: event.text }] }] }));
  await bedrock.send(new InvokeModelCommand({ modelId: 'm', body: JSON.stringify({ messages: [{ role: 'user', content: `Say what this review praises: ${event.text}` }] }) })); // bad: prompt-injection
  const answer = await bedrock.send(new InvokeModelCommand({ modelId: 'm', body: JSON.stringify({ messages: [{ role: 'user', content: event.text }] }) }));
  const body = JSON.parse(new TextDecoder().decode(answer.body));
  eval(body.content[0].text); // bad: code-injection
};

exports.answers = async (event) => {
  const answer = await client.chat.completions.create({ messages: [{ role: 'user', content: event.text }] });
  eval(answer.choices[0].message.content); // bad: code-injection
  const { text } = await generateText({ model: 'm', prompt: 'Say hello.' });
  require('child_process').execSync(text); // bad: os-command-injection
  return { statusCode: 200, body: JSON.stringify({ answer: answer.choices[0].message.content }) };
};

import ollama, { Ollama } from 'ollama';
import Together from 'together-ai';
import { Mistral } from '@mistralai/mistralai';

exports.chats = async (event) => {
  const mistral = new Mistral({ apiKey: process.env.KEY });
  const messages = [{ role: 'system', content: `Help ${event.name}` }];
  const asked = [{ role: 'system', content: SYSTEM }, { role: 'user', content: event.text }];
  await mistral.chat.complete({ model: 'm', messages }); // bad: prompt-injection
  await mistral.chat.stream({ model: 'm', messages }); // bad: prompt-injection
  await ollama.chat({ model: 'm', messages }); // bad: prompt-injection
  await new Ollama({ host: process.env.OLLAMA }).chat({ model: 'm', messages }); // bad: prompt-injection
  await new Together().chat.completions.create({ model: 'm', messages }); // bad: prompt-injection
  await mistral.chat.complete({ model: 'm', messages: asked });
  await mistral.chat.stream({ model: 'm', messages: asked });
  await ollama.chat({ model: 'm', messages: asked });
  await new Ollama({ host: process.env.OLLAMA }).chat({ model: 'm', messages: asked });
  await new Together().chat.completions.create({ model: 'm', messages: asked });
};
