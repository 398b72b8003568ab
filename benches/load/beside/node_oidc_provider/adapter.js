// The library's store on PostgreSQL, after its example adapters: one statement for each call, prepared once for each
// connection.

// What is revoked together with the grant that it was issued under.
const OF_A_GRANT = new Set([
  'AccessToken',
  'AuthorizationCode',
  'RefreshToken',
  'DeviceCode',
  'BackchannelAuthenticationRequest',
  'PreAuthorizedCode',
]);

const SELECT = 'select payload, extract(epoch from consumed_at)::int as consumed from models where kind = $1';

const STATEMENTS = {
  upsert: `insert into models (kind, id, payload, grant_id, uid, user_code, expires_at)
    values ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7))
    on conflict (kind, id) do update set payload = excluded.payload, grant_id = excluded.grant_id, uid = excluded.uid,
      user_code = excluded.user_code, expires_at = excluded.expires_at`,
  find: `${SELECT} and id = $2`,
  findByUid: `${SELECT} and uid = $2`,
  findByUserCode: `${SELECT} and user_code = $2`,
  consume: 'update models set consumed_at = now() where kind = $1 and id = $2',
  destroy: 'delete from models where kind = $1 and id = $2',
  revokeByGrantId: 'delete from models where kind = $1 and grant_id = $2',
};

class PostgresAdapter {
  constructor(pool, kind) {
    this.pool = pool;
    this.kind = kind;
  }

  async upsert(id, payload, expiresIn) {
    const grantId = OF_A_GRANT.has(this.kind) ? payload.grantId : null;
    const uid = this.kind === 'Session' ? payload.uid : null;
    await this.run('upsert', id, payload, grantId, uid, payload.userCode, expiresIn);
  }

  find(id) {
    return this.first('find', id);
  }

  findByUid(uid) {
    return this.first('findByUid', uid);
  }

  findByUserCode(userCode) {
    return this.first('findByUserCode', userCode);
  }

  async consume(id) {
    await this.run('consume', id);
  }

  async destroy(id) {
    await this.run('destroy', id);
  }

  async revokeByGrantId(grantId) {
    await this.run('revokeByGrantId', grantId);
  }

  async first(name, key) {
    const { rows: [row] } = await this.run(name, key);
    if (!row) return undefined;
    return row.consumed === null ? row.payload : { ...row.payload, consumed: row.consumed };
  }

  run(name, ...values) {
    return this.pool.query({ name, text: STATEMENTS[name], values: [this.kind, ...values] });
  }
}

export const adapterOn = (pool) => (kind) => new PostgresAdapter(pool, kind);
