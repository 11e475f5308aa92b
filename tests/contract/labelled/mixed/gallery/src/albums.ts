import { Repository } from './base';

type Album = { owner: string; album: string; title: string; photos: string[] };

class Albums extends Repository<Album> {
  constructor() {
    super(process.env.ALBUMS!);
  }

  async merge(owner: string, from: string, into: string): Promise<Album> {
    const keys = [from, into].map((album) => ({ owner, album }));
    const [a, b] = await this.pair(keys);
    if (!a || !b) throw new Error('no such album');
    const merged = { ...b, photos: [...new Set([...b.photos, ...a.photos])] };
    await this.replace([keys[0]], [merged]);
    return merged;
  }
}

const albums = new Albums();

export const list = async (event: { owner: string }) =>
  (await albums.all(event.owner)).map(({ album, title, photos }) => ({ album, title, size: photos.length }));

export const edit = async ({ owner, from, into }: { owner: string; from: string; into: string }) => {
  if (from === into) throw new RangeError('same album');
  return albums.merge(owner, from, into);
};
