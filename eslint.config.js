import neostandard from 'neostandard'
import tseslint from 'typescript-eslint'
import misusedPromises from './.ci/misused-promises.js'

export default [
  ...neostandard({
    ts: true,
    // The last is made by a script from Auth0's document.
    ignores: ['dist', 'docs', '.tap', 'tap-snapshots', 'coverage', 'types/management-generated.ts']
  }),
  {
    files: ['lib/**/*.ts', 'test/**/*.ts', 'types/**/*.ts', 'examples/**/*.ts'],
    plugins: { '@typescript-eslint': tseslint.plugin },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@stylistic/arrow-parens': ['error', 'as-needed'],
      '@stylistic/max-len': ['error', { code: 120 }]
    }
  },
  {
    // What only the types tell: a promise nobody waits for, a case nobody thought of.
    files: ['lib/**/*.ts', 'test/**/*.ts', 'examples/**/*.ts'],
    ignores: ['test/package/consumers/**'],
    languageOptions: { parserOptions: { project: './tsconfig.json' } },
    plugins: { quick: { rules: { 'misused-promises': misusedPromises } } },
    rules: {
      // Tap waits for its subtests by itself.
      '@typescript-eslint/no-floating-promises': ['error', {
        allowForKnownSafePromises: [{ from: 'package', package: '@tapjs/core', name: 'PromiseWithSubtest' }]
      }],
      'quick/misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error'
    }
  },
  {
    files: ['lib/**/*.ts'],
    rules: { '@typescript-eslint/switch-exhaustiveness-check': 'error' }
  },
  {
    // What tests do on purpose: wire names, odd numbers, control characters, one turn of an endless stream.
    files: ['test/**/*.ts'],
    rules: { camelcase: 'off', 'no-void': 'off', 'no-unreachable-loop': 'off', 'no-control-regex': 'off', '@typescript-eslint/no-loss-of-precision': 'off' }
  }
]
