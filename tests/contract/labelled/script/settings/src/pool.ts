import pg from 'pg';

export interface Pool {
  query(sql: string, values: unknown[]): Promise<unknown[]>;
}

export async function createPool(settings: { host: string; username: string; password: string }): Promise<Pool> {
  const pool = new pg.Pool({ host: settings.host, user: settings.username, password: settings.password, max: 1 });
  return {
    async query(sql, values) {
      const result = await pool.query(sql, values);
      return result.rows;
    },
  };
}
