import { Rekognition } from '@aws-sdk/client-rekognition';

const rekognition = new Rekognition({ maxAttempts: 4 });
const CollectionId = process.env.COLLECTION;

const steps = {
  async enrol({ person, key }) {
    const { FaceRecords } = await rekognition.indexFaces({
      CollectionId,
      Image: { S3Object: { Bucket: process.env.SCANS, Name: key } },
      ExternalImageId: person,
      MaxFaces: 1,
    });
    return { faces: FaceRecords.map((f) => f.Face.FaceId) };
  },
  async check({ selfie }) {
    const { FaceMatches } = await rekognition.searchFacesByImage({
      CollectionId,
      Image: { Bytes: Buffer.from(selfie, 'base64') },
      FaceMatchThreshold: 95,
    });
    return { person: FaceMatches[0]?.Face.ExternalImageId ?? null };
  },
};

export const handler = async (event) => {
  const step = steps[event.step];
  if (!step) throw new Error(`unknown step ${event.step}`);
  return step(event);
};
