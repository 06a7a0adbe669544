/**
 * What tap's loader for TypeScript compiles with: the TypeScript compiler, whose work is kept from one process to the
 * next. Every test file is a process of its own and imports much of `lib`.
 */
const { createHash } = require('node:crypto')
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const ts = require('typescript')

const cache = join(__dirname, '../node_modules/.cache/tap-typescript')

/** @type {import('@isaacs/ts-node-temp-fork-for-pr-2009').TranspilerFactory} */
exports.create = ({ service }) => {
  const compilerOptions = { ...service.config.options, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler }
  const settings = JSON.stringify([ts.version, compilerOptions])
  return {
    transpile (text, { fileName }) {
      const kept = join(cache, createHash('sha256').update(settings).update(fileName).update(text).digest('hex'))
      try {
        return JSON.parse(readFileSync(kept, 'utf8'))
      } catch (error) {
        if (error.code !== 'ENOENT') throw error
      }
      const { outputText, sourceMapText } = ts.transpileModule(text, { fileName, compilerOptions })
      // Renamed into place: another process may be reading it.
      mkdirSync(cache, { recursive: true })
      writeFileSync(`${kept}.${process.pid}`, JSON.stringify({ outputText, sourceMapText }))
      renameSync(`${kept}.${process.pid}`, kept)
      return { outputText, sourceMapText }
    }
  }
}
