/** Runs in the browser: asks it for a passkey and sends the answer on. */
const script = `
const send = async (url, body) => {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  const answer = await response.json()
  if (!response.ok) throw new Error(answer.code)
  return answer
}

const say = text => {
  document.querySelector('#who').textContent = text
}

const attempt = async work => {
  try {
    const { authSession, credential } = await work()
    const { name } = await send('/passkey/finish', { authSession, authnResponse: credential.toJSON() })
    say('Hello, ' + name + '.')
  } catch (error) {
    say('That did not work: ' + error.message)
  }
}

document.querySelector('#signup').addEventListener('submit', event => {
  event.preventDefault()
  const { email, name } = Object.fromEntries(new FormData(event.target))
  attempt(async () => {
    const { authSession, authnParamsPublicKey } = await send('/passkey/signup', { email, name })
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(authnParamsPublicKey)
    return { authSession, credential: await navigator.credentials.create({ publicKey }) }
  })
})

document.querySelector('#login').addEventListener('click', () => attempt(async () => {
  const { authSession, authnParamsPublicKey } = await send('/passkey/login', {})
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(authnParamsPublicKey)
  return { authSession, credential: await navigator.credentials.get({ publicKey }) }
}))`

/** The page that signs up and logs in. */
export function passkeyPage (name: string | undefined): string {
  const who = name === undefined
    ? 'Nobody is logged in.'
    : `Hello, ${name.replace(/[&<]/g, character => `&#${character.charCodeAt(0)};`)}.`
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Passkeys</title></head>
<body>
<p id="who" role="status">${who}</p>
<form id="signup">
<label>Name <input name="name" required></label>
<label>Email <input name="email" type="email" required></label>
<button>Sign up with a passkey</button>
</form>
<button id="login">Log in with a passkey</button>
<form method="post" action="/auth/logout"><button id="logout">Log out</button></form>
<script type="module">${script}</script>
</body>
</html>`
}
