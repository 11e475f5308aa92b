import { PollyClient, SynthesizeSpeechCommand, StartSpeechSynthesisTaskCommand } from '@aws-sdk/client-polly';
import { TranslateClient, TranslateTextCommand } from '@aws-sdk/client-translate';
import { S3Client, GetObjectCommand } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';

const polly = new PollyClient({});
const translate = new TranslateClient({});
const s3 = new S3Client({});
const VOICES = { en: 'Joanna', de: 'Vicki', fr: 'Lea' };

async function localise(text, to) {
  if (to === 'en') return text;
  const { TranslatedText } = await translate.send(
    new TranslateTextCommand({ Text: text, SourceLanguageCode: 'en', TargetLanguageCode: to }),
  );
  return TranslatedText;
}

export const handler = async ({ id, text, language = 'en' }) => {
  const VoiceId = VOICES[language];
  if (!VoiceId) throw new RangeError(`no voice for ${language}`);
  const { AudioStream } = await polly.send(
    new SynthesizeSpeechCommand({ Text: await localise(text, language), OutputFormat: 'mp3', Engine: 'neural', VoiceId }),
  );
  const target = { Bucket: process.env.BUCKET, Key: `${language}/${id}.mp3` };
  await new Upload({ client: s3, params: { ...target, Body: AudioStream, ContentType: 'audio/mpeg' } }).done();
  return { url: await getSignedUrl(s3, new GetObjectCommand(target), { expiresIn: 3600 }) };
};

// the long form was tried and dropped
export const longForm = (text, bucket) =>
  polly.send(new StartSpeechSynthesisTaskCommand({ Text: text, OutputFormat: 'mp3', VoiceId: 'Joanna', OutputS3BucketName: bucket }));
