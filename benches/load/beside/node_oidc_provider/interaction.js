// The login page. It knows no passwords: logins are no part of the comparison, sessions are.

const page = (action) => `<!doctype html>
<html lang="en">
<title>Sign in</title>
<form method="post" action="${action}">
  <label>Name <input name="login" required autofocus></label>
  <button>Sign in</button>
</form>
</html>
`;

async function body(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

export async function interaction(provider, request, response) {
  if (request.method !== 'POST') {
    const { uid } = await provider.interactionDetails(request, response);
    const html = page(`/interaction/${uid}`);
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-length': Buffer.byteLength(html) });
    response.end(html);
    return;
  }
  const accountId = new URLSearchParams(await body(request)).get('login');
  await provider.interactionFinished(request, response, { login: { accountId } }, { mergeWithLastSubmission: false });
}
