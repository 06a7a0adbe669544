import tseslint from 'typescript-eslint'

/**
 * `@typescript-eslint/no-misused-promises` with the same findings for less work. For each argument and property it works
 * out which type is expected there, which is dear; but it reports only functions that return a promise. So it is asked
 * only about calls and properties that are given such a function.
 */
const rule = tseslint.plugin.rules['no-misused-promises']

/** Expressions that are never a function. */
const notFunctions = new Set(['Literal', 'TemplateLiteral', 'ObjectExpression', 'ArrayExpression', 'UnaryExpression',
  'BinaryExpression', 'UpdateExpression'])

export default {
  ...rule,
  create (context) {
    const { esTreeNodeToTSNodeMap, program } = context.sourceCode.parserServices
    const checker = program.getTypeChecker()
    const listeners = rule.create(context)

    const partsOf = type => {
      const apparent = checker.getApparentType(type)
      return apparent.isUnion() ? apparent.types : [apparent]
    }
    const returnsPromise = node => {
      if (notFunctions.has(node.type)) return false
      return partsOf(checker.getTypeAtLocation(esTreeNodeToTSNodeMap.get(node)))
        .flatMap(type => type.getCallSignatures())
        .some(signature => partsOf(signature.getReturnType()).some(type => type.getProperty('then') !== undefined))
    }
    const checkCall = listener => node => {
      if (node.arguments.some(returnsPromise)) listener(node)
    }
    return {
      ...listeners,
      CallExpression: checkCall(listeners.CallExpression),
      NewExpression: checkCall(listeners.NewExpression),
      Property: node => {
        if (returnsPromise(node.value)) listeners.Property(node)
      }
    }
  }
}
