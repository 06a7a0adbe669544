/**
 * Gives tests RSA keys of 2048 bits that an earlier process made: making one takes as long as a hundred requests.
 * No two keys of a process are the same. The first keys of one process are those of the others, which no test compares.
 */
import crypto from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { promisify } from 'node:util'

const { createPrivateKey, createPublicKey, generateKeyPair, generateKeyPairSync } = crypto
const cache = new URL('../../node_modules/.cache/test-keys/', import.meta.url)
let used = 0

/** Whether KeyObjects of such a key are asked for, and nothing else. */
function isUsual (type, options) {
  return type === 'rsa' && options.modulusLength === 2048 && Object.keys(options).length === 1
}

/** The next key; makes it when no process has come that far. */
function nextPair () {
  const file = new URL(`${used++}.pem`, cache)
  if (existsSync(file)) {
    const privateKey = createPrivateKey(readFileSync(file))
    return { publicKey: createPublicKey(privateKey), privateKey }
  }
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
  // Renamed into place: another process may be reading it.
  const unfinished = new URL(`${file}.${process.pid}`)
  mkdirSync(cache, { recursive: true })
  writeFileSync(unfinished, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  renameSync(unfinished, file)
  return pair
}

crypto.generateKeyPairSync = (type, options) =>
  isUsual(type, options) ? nextPair() : generateKeyPairSync(type, options)

crypto.generateKeyPair = (type, options, callback) => {
  if (!isUsual(type, options)) return generateKeyPair(type, options, callback)
  const { publicKey, privateKey } = nextPair()
  setImmediate(callback, null, publicKey, privateKey)
}

const generateSoon = promisify(generateKeyPair)
crypto.generateKeyPair[promisify.custom] = async (type, options) =>
  isUsual(type, options) ? nextPair() : await generateSoon(type, options)

syncBuiltinESMExports()
