// node server.js SETTINGS: serves on loopback, with a process for each worker. Once all of them listen it says `ready`
// and the version of Node.js. SETTINGS is JSON: port, workers, redirectUri, connections (of each worker to PostgreSQL),
// postgres (host, port, user, database).

import cluster from 'node:cluster';
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';
import pg from 'pg';

import { configuration } from './configuration.js';
import { interaction } from './interaction.js';

const settings = JSON.parse(process.argv[2]);

function newKeys() {
  const key = (alg, type, options) => ({
    ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }), alg, kid: alg, use: 'sig',
  });
  return [key('RS256', 'rsa', { modulusLength: 2048 }), key('ES256', 'ec', { namedCurve: 'P-256' })];
}

function lead() {
  let listening = 0;
  cluster.on('listening', () => {
    listening += 1;
    if (listening === settings.workers) process.stdout.write(`ready ${process.version}\n`);
  });
  cluster.on('exit', () => process.exit(1));
  const SIGNING_KEYS = JSON.stringify(newKeys());
  for (let worker = 0; worker < settings.workers; worker += 1) cluster.fork({ SIGNING_KEYS });
}

function serve() {
  const { port, redirectUri, connections, postgres } = settings;
  const pool = new pg.Pool({ ...postgres, max: connections, idleTimeoutMillis: 0 });
  const keys = JSON.parse(process.env.SIGNING_KEYS);
  const provider = new Provider(`http://127.0.0.1:${port}`, configuration({ pool, keys, redirectUri }));
  provider.on('server_error', (_ctx, error) => console.error(error));
  const endpoints = provider.callback();
  const server = createServer((request, response) => {
    if (!request.url.startsWith('/interaction/')) {
      endpoints(request, response);
      return;
    }
    interaction(provider, request, response).catch((error) => {
      console.error(error);
      response.writeHead(500, { 'content-length': 0 }).end();
    });
  });
  server.keepAliveTimeout = 60_000;
  server.listen(port, '127.0.0.1');
}

if (cluster.isPrimary) lead();
else serve();
