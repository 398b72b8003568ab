package com.example.application;

import java.util.Map;

import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** What programs ask: for whom an access token was issued, and for which organization. */
@RestController
class Api {

	@GetMapping("/api/me")
	Map<String, Object> me(@AuthenticationPrincipal Jwt token) {
		return Map.of("sub", token.getSubject(), "org_id", token.getClaimAsString("org_id"), "scope",
				token.getClaimAsString("scope"));
	}

}
