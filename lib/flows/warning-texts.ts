/** What each warning of a running application means and what to do, by its code. */
const texts: Readonly<Record<string, string>> = {
  session_cookie_large: 'the session is near the limit for cookies, or above it; "sizes" says what weighs how much. ' +
    'Keep less in it, or use a "sessionStore".',
  session_cookie_tossed: 'a browser sent several cookies with the name of the session cookie; another host or path ' +
    'of the domain may have set them.',
  session_cookie_unreadable: 'a session cookie cannot be opened, so the request counts as logged out.',
  unreadable_cookies_cleared: 'cookies that cannot be opened made the request header too long, and were deleted.',
  revocation_failed: 'the revocation store failed, or did not answer in time, so a revocation was not written or ' +
    'read. Check the store.',
  session_store_failed: 'the session store failed, or did not answer in time, so the request counts as logged out. ' +
    'Check the store.',
  session_touch_failed: 'the session store did not write down that a session is in use, so it may end early. Check ' +
    'the store.',
  refresh_not_shared: 'the refresh store did not take a refreshed token, so other processes may have to log in ' +
    'again. Check the store.',
  refresh_store_failed: 'the refresh store failed, or did not answer in time, so this process refreshed by itself. ' +
    'Check the store.',
  imported_session_too_large: 'a session of the other library does not fit into cookies, so it was not taken over. ' +
    'Use a "sessionStore".',
  imported_fields_too_large: 'fields of a session of the other library do not fit into cookies, and were dropped. ' +
    'Use a "sessionStore" to keep them.'
}

/** The line that is logged for a warning. */
export function warningLine (code: string): string {
  const text = texts[code]
  return text === undefined ? `auth0 warning: ${code}` : `auth0 warning: ${code}: ${text}`
}
