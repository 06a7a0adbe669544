/**
 * Does what `npm run typecheck` and `npm run lint` do, with one program of TypeScript for both: making it and finding
 * out its types is most of their work.
 */
import { ESLint } from 'eslint'
import ts from 'typescript'

const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: report }
const config = ts.getParsedCommandLineOfConfigFile('tsconfig.json', { noEmit: true }, host)
const program = ts.createProgram({
  rootNames: config.fileNames,
  options: config.options,
  configFileParsingDiagnostics: ts.getConfigFileParsingDiagnostics(config)
})
const problems = ts.getPreEmitDiagnostics(program)
problems.forEach(report)

const eslint = new ESLint({
  overrideConfig: {
    files: ['lib/**/*.ts', 'test/**/*.ts', 'examples/**/*.ts'],
    ignores: ['test/package/consumers/**'],
    languageOptions: { parserOptions: { programs: [program] } }
  }
})
const results = await eslint.lintFiles('.')
console.log((await eslint.loadFormatter()).format(results))
if (problems.length > 0 || results.some(({ errorCount }) => errorCount > 0)) process.exitCode = 1

function report (problem) {
  console.log(ts.formatDiagnostic(problem, {
    getCanonicalFileName: name => name,
    getCurrentDirectory: ts.sys.getCurrentDirectory,
    getNewLine: () => '\n'
  }))
}
