import { Application, Comment, Converter, ReflectionKind } from 'typedoc'

/**
 * A plugin of TypeDoc. The types that a script makes from Auth0's own document have no sentences: each gets one that
 * says where it comes from. Exported functions must be documented; TypeDoc's own rule would also ask for each member of
 * a type that is a function.
 */
export function load (app) {
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    for (const reflection of project.getReflectionsByKind(ReflectionKind.Interface | ReflectionKind.TypeAlias)) {
      if (reflection.hasComment() || !reflection.sources?.[0]?.fileName.endsWith('management-generated.ts')) continue
      reflection.comment = new Comment([{ kind: 'text', text: `\`${reflection.name}\` of Auth0's Management API.` }])
    }
  })
  app.on(Application.EVENT_VALIDATE_PROJECT, project => {
    for (const { name, signatures } of project.getReflectionsByKind(ReflectionKind.Function)) {
      if (!signatures.some(signature => signature.hasComment())) {
        app.logger.validationWarning(`${name} (Function) does not have any documentation`)
      }
    }
  })
}
