import { Comment, Converter, ReflectionKind } from 'typedoc'

const exported = ReflectionKind.Interface | ReflectionKind.TypeAlias

/**
 * A plugin of TypeDoc. The types that a script makes from Auth0's own document have no sentences: each gets one that
 * says where it comes from.
 */
export function load (app) {
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    for (const reflection of project.getReflectionsByKind(exported)) {
      if (reflection.hasComment() || reflection.sources?.[0]?.fileName.endsWith('management-generated.ts') !== true) continue
      reflection.comment = new Comment([{ kind: 'text', text: `\`${reflection.name}\` of Auth0's Management API.` }])
    }
  })
}
