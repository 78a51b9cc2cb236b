import PatchbayModel

/// OAuth tokens: access token, refresh token and client secret under one seal.
extension Vault {
    /// Seals an OAuth token for its place. Throws `token_invalid`.
    package func seal(grant: borrowing GrantFields, place: TokenPlace, payload: TokenPayload) throws(VaultError)
        -> SealedValue
    {
        try sealParts(grant.access, grant.refresh, grant.clientSecret, place: place, payload: payload)
    }

    /// What a refresh of a sealed token sends, opened only when it is sent.
    package func refreshBody(sealed: [UInt8], place: TokenPlace, isJSON: Bool) -> any SecretBody {
        RefreshBody(vault: self, sealed: sealed, place: place, isJSON: isJSON)
    }

    /// Seals what a refresh gave, with what stays of the token it came from: the client, and the refresh token where no
    /// new one was given. Throws `token_damaged` when the old one does not open.
    package func renew(
        sealed: [UInt8], place: TokenPlace, with answer: borrowing GrantFields, issuedAt: Timestamp,
        expiresAt: Timestamp?
    ) throws(VaultError) -> SealedValue {
        let old = try openToken(sealed, place: place)
        var payload = old.payload
        payload.issuedAt = issuedAt
        payload.expiresAt = expiresAt
        let next = place.next
        let secret = old.copy(.clientSecret)
        if answer.hasRefresh {
            return try sealParts(answer.access, answer.refresh, secret, place: next, payload: payload)
        }
        return try sealParts(answer.access, old.copy(.refresh), secret, place: next, payload: payload)
    }

    /// The same value under the primary data key.
    package func reseal(sealed: [UInt8], place: TokenPlace) throws(VaultError) -> SealedValue {
        let open = try openToken(sealed, place: place)
        return try sealParts(
            open.copyToken(), open.copy(.refresh), open.copy(.clientSecret), place: place, payload: open.payload)
    }

    private func sealParts(
        _ access: borrowing SecretBytes, _ refresh: borrowing SecretBytes, _ clientSecret: borrowing SecretBytes,
        place: TokenPlace,
        payload: TokenPayload
    ) throws(VaultError) -> SealedValue {
        let longest = max(access.count, max(refresh.count, clientSecret.count))
        guard access.count > 0, longest <= Limits.tokenBytesMax else {
            throw VaultError(
                .tokenInvalid, "Each part of a token has 1 to \(Limits.tokenBytesMax) bytes, this one has \(longest).")
        }
        var open = unsafe access.withBytes { access -> SecretBytes in
            unsafe refresh.withBytes { refresh -> SecretBytes in
                unsafe clientSecret.withBytes {
                    unsafe OpenToken.encode(payload, token: access, refresh: refresh, clientSecret: $0)
                }
            }
        }
        let primary = primaryKeyNumber
        let number = UInt32(primary)
        let key = try dataKey(number, what: "The token")
        let bytes = try SealedBox.seal(
            &open, key: key.secret, number: number, generation: place.generation, place: SealPlace(place))
        let mark = unsafe access.withBytes { bytes -> String in unsafe self.fingerprint(of: bytes) }
        return SealedValue(bytes: bytes, fingerprint: mark, keyNumber: primary)
    }
}

extension TokenPlace {
    /// The place of the value that comes after this one.
    package var next: TokenPlace {
        TokenPlace(
            storeID: storeID, tokenID: tokenID, kind: kind, integrationID: integrationID, generation: generation + 1,
            origins: origins)
    }
}
