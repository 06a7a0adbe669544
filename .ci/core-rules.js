/** Rules of ESLint that oxlint does not have, as a plugin for it. */
import { builtinRules } from 'eslint/use-at-your-own-risk'

const names = ['camelcase', 'no-undef-init']

export default {
  meta: { name: 'core' },
  rules: Object.fromEntries(names.map(name => [name, builtinRules.get(name)]))
}
