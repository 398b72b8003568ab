// Verifies tokens with jose: `node verify.js ISSUER MODE`. A line of standard input is an audience and a token; the
// answer is a line, `ok` or `refused REASON`. MODE says how the key set is kept:
//   max-age   fetched anew after 2 s, which is the set's own max-age
//   frozen    fetched once and never again: what an application does that has to be restarted
import { createInterface } from 'node:readline'
import { createLocalJWKSet, createRemoteJWKSet, jwtVerify } from 'jose'

const [issuer, mode] = process.argv.slice(2)
const { jwks_uri } = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()
const address = new URL(jwks_uri)
address.searchParams.set('verifier', `jose-${mode}`)

const keys = {
  'max-age': () => createRemoteJWKSet(address, { cacheMaxAge: 2000 }),
  frozen: async () => createLocalJWKSet(await (await fetch(address)).json()),
}
const keySet = await keys[mode]()

for await (const line of createInterface({ input: process.stdin })) {
  const [audience, token] = line.split(' ')
  try {
    await jwtVerify(token, keySet, { issuer, audience })
    console.log('ok')
  } catch (error) {
    console.log(`refused ${error.code ?? error.name}: ${error.message}`)
  }
}
