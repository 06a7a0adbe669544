/**
 * Gives tests RSA keys of 2048 bits that an earlier process made: making one takes as long as a hundred requests.
 * No two keys of a process are the same. The first keys of one process are those of the others, which no test compares.
 *
 * All keys are imported ones. Those of `generateKeyPairSync` itself share a lock with the job that made them: a garbage
 * collection that ends the job while such a key is being exported waits for ever.
 */
import crypto from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { promisify } from 'node:util'

const { createPrivateKey, createPublicKey, generateKeyPair, generateKeyPairSync } = crypto
const cache = new URL('../../node_modules/.cache/test-keys/', import.meta.url)
const publicKeyEncoding = { type: 'spki', format: 'der' }
const privateKeyEncoding = { type: 'pkcs8', format: 'der' }
let used = 0

/** Whether keys are asked for that can be kept: RSA of 2048 bits, as they are or in DER. */
function isUsual (type, { modulusLength, publicKeyEncoding, privateKeyEncoding, ...more }) {
  return type === 'rsa' && modulusLength === 2048 && Object.keys(more).length === 0 &&
    publicKeyEncoding?.format === privateKeyEncoding?.format && (publicKeyEncoding?.format ?? 'der') === 'der'
}

/** The next key in DER; makes it when no process has come that far. */
function nextPair () {
  const file = new URL(`${used++}.der`, cache)
  if (!existsSync(file)) {
    const made = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding, privateKeyEncoding })
    // Renamed into place: another process may be reading it.
    const unfinished = new URL(`${file}.${process.pid}`)
    mkdirSync(cache, { recursive: true })
    writeFileSync(unfinished, made.privateKey, { mode: 0o600 })
    renameSync(unfinished, file)
  }
  const privateKey = readFileSync(file)
  const publicKey = createPublicKey(createPrivateKey({ key: privateKey, ...privateKeyEncoding }))
  return { publicKey: publicKey.export(publicKeyEncoding), privateKey }
}

function imported ({ publicKey, privateKey }) {
  return {
    publicKey: createPublicKey({ key: publicKey, ...publicKeyEncoding }),
    privateKey: createPrivateKey({ key: privateKey, ...privateKeyEncoding })
  }
}

crypto.generateKeyPairSync = (type, options = {}) => {
  const encoded = 'publicKeyEncoding' in options || 'privateKeyEncoding' in options
  if (encoded) return isUsual(type, options) ? nextPair() : generateKeyPairSync(type, options)
  return imported(
    isUsual(type, options)
      ? nextPair()
      : generateKeyPairSync(type, { ...options, publicKeyEncoding, privateKeyEncoding })
  )
}

const isUsualPair = (type, options) => type === 'rsa' && Object.keys(options).length === 1 && isUsual(type, options)

crypto.generateKeyPair = (type, options, callback) => {
  if (!isUsualPair(type, options)) return generateKeyPair(type, options, callback)
  const { publicKey, privateKey } = imported(nextPair())
  setImmediate(callback, null, publicKey, privateKey)
}

const generateSoon = promisify(generateKeyPair)
crypto.generateKeyPair[promisify.custom] = async (type, options) =>
  isUsualPair(type, options) ? imported(nextPair()) : await generateSoon(type, options)

syncBuiltinESMExports()
