/**
 * Collects what is asked for in one turn of the event loop, and asks for all of it together.
 * @param load answers in the order of the questions; an `Error` among the answers rejects its question only
 */
export function createBatch<Q, A> (load: (questions: readonly Q[]) => Promise<readonly (A | Error)[]>):
(question: Q) => Promise<A> {
  interface Waiting {
    question: Q
    resolve: (answer: A) => void
    reject: (error: unknown) => void
  }
  let waiting: Waiting[] = []

  function send (): void {
    const batch = waiting
    waiting = []
    load(batch.map(({ question }) => question)).then(answers => {
      batch.forEach(({ resolve, reject }, at) => {
        const answer = answers[at]
        if (answer instanceof Error) reject(answer)
        else resolve(answer as A)
      })
    }).catch((error: unknown) => {
      for (const { reject } of batch) reject(error)
    })
  }

  return question =>
    new Promise((resolve, reject) => {
      // Requests that came in together are each handled in a callback of their own: only after all of them.
      if (waiting.length === 0) setImmediate(send)
      waiting.push({ question, resolve, reject })
    })
}
