package com.example.application;

import java.util.TreeMap;
import java.util.stream.Collectors;

import jakarta.servlet.http.HttpServletRequest;

import org.springframework.http.HttpStatusCode;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.annotation.RegisteredOAuth2AuthorizedClient;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;
import org.springframework.web.servlet.view.RedirectView;
import org.springframework.web.util.HtmlUtils;

/** What people see: who they are, and what the API answers to their access token. */
@RestController
class Pages {

	private final OAuth2AuthorizedClientService tokens;

	/** A refusal is shown like every other answer. */
	private final RestClient http = RestClient.builder()
		.defaultStatusHandler(HttpStatusCode::isError, (request, answer) -> {
		})
		.build();

	Pages(OAuth2AuthorizedClientService tokens) {
		this.tokens = tokens;
	}

	@GetMapping(path = "/", produces = "text/html;charset=utf-8")
	String home(@AuthenticationPrincipal OidcUser user, CsrfToken csrf) {
		if (user == null) {
			return "<a id='sign-in' href='/oauth2/authorization/signet'>Sign in</a>";
		}
		String claims = new TreeMap<>(user.getClaims()).entrySet()
			.stream()
			.map(claim -> claim.getKey() + ": " + claim.getValue())
			.collect(Collectors.joining("\n"));
		OAuth2AuthorizedClient client = this.tokens.loadAuthorizedClient("signet", user.getName());
		return "<pre>" + HtmlUtils.htmlEscape(claims) + "</pre><p>Access token …<span id='access-token'>"
				+ end(client) + "</span></p><a id='refresh' href='/refresh'>Refresh</a> <a href='/call'>Call the API</a>"
				+ "<form method='post' action='/logout'><input type='hidden' name='" + csrf.getParameterName()
				+ "' value='" + csrf.getToken() + "'><button id='sign-out'>Sign out</button></form>";
	}

	/** Spring itself fetches another access token when this one ends within a minute. */
	@GetMapping("/refresh")
	RedirectView refresh(@RegisteredOAuth2AuthorizedClient("signet") OAuth2AuthorizedClient client) {
		return new RedirectView("/");
	}

	/** What the API of this application answers: to the access token, and to the ID token, which is none. */
	@GetMapping(path = "/call", produces = "text/html;charset=utf-8")
	String call(@RegisteredOAuth2AuthorizedClient("signet") OAuth2AuthorizedClient client,
			@AuthenticationPrincipal OidcUser user, HttpServletRequest request) {
		String api = "http://127.0.0.1:" + request.getLocalPort() + "/api/me";
		return "<p id='with-access-token'>" + answer(api, client.getAccessToken().getTokenValue()) + "</p>"
				+ "<p id='with-id-token'>" + answer(api, user.getIdToken().getTokenValue()) + "</p>";
	}

	private String answer(String api, String token) {
		var answer = this.http.get()
			.uri(api)
			.headers(headers -> headers.setBearerAuth(token))
			.retrieve()
			.toEntity(String.class);
		var reason = answer.getHeaders().getFirst("WWW-Authenticate");
		var body = answer.getBody() == null ? "" : answer.getBody();
		return HtmlUtils.htmlEscape(answer.getStatusCode() + " " + body + (reason == null ? "" : reason));
	}

	private static String end(OAuth2AuthorizedClient client) {
		String token = client.getAccessToken().getTokenValue();
		return HtmlUtils.htmlEscape(token.substring(Math.max(0, token.length() - 12)));
	}

}
