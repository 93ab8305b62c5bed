/* Recorded by tests/lib/record_passkey.mjs from chromium 156.0.8078.79 and its virtual authenticator. */
#ifndef PASSKEY_VECTORS_H
#define PASSKEY_VECTORS_H

/* clang-format off */
#define V_ORIGIN "http://localhost:8471"
#define V_FRAME_ORIGIN "http://localhost:8472"
#define V_USER_ID "opaque-account-0001"
#define V_ES256_CREATE_CHALLENGE "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"
#define V_ES256_CREATE_OPTIONS \
	"{\"rp\":{\"id\":\"localhost\",\"name\":\"Tageblatt & Söhne\"},\"user\":{\"id\":\"b3BhcXVlLWFjY291bnQtMDAwMQ\",\"name\"" \
	":\"erika\",\"displayName\":\"Erika „E.“ Muster\"},\"challenge\":\"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE" \
	"\",\"pubKeyCredParams\":[{\"type\":\"public-key\",\"alg\":-7}],\"timeout\":300000,\"excludeCredentials\":[],\"auth" \
	"enticatorSelection\":{\"residentKey\":\"preferred\",\"requireResidentKey\":false,\"userVerification\":\"requir" \
	"ed\"},\"attestation\":\"none\"}"
#define V_ES256_CREATE \
	"{\"authenticatorAttachment\":\"platform\",\"clientExtensionResults\":{},\"id\":\"_Q5bmWxmcY-MvPHDmSClDvgHFR6Z" \
	"zfd4z8bWKPe9Scg\",\"rawId\":\"_Q5bmWxmcY-MvPHDmSClDvgHFR6Zzfd4z8bWKPe9Scg\",\"response\":{\"attestationObjec" \
	"t\":\"o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVikSZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2NFAAAAAQECAwQF" \
	"BgcIAQIDBAUGBwgAIP0OW5lsZnGPjLzxw5kgpQ74BxUemc33eM_G1ij3vUnIpQECAyYgASFYIEZJtOJPdIKuahkU_HxGlCSKJtPR" \
	"EvdygVETl7aNdF0wIlggATYJf9KWXcAb0LaKCzcI-BLNlCa2PihoLde5LI9fp5M\",\"authenticatorData\":\"SZYN5YgOjGh0NB" \
	"cPZHZgW4_krrmihjLHmVzzuoMdl2NFAAAAAQECAwQFBgcIAQIDBAUGBwgAIP0OW5lsZnGPjLzxw5kgpQ74BxUemc33eM_G1ij3vU" \
	"nIpQECAyYgASFYIEZJtOJPdIKuahkU_HxGlCSKJtPREvdygVETl7aNdF0wIlggATYJf9KWXcAb0LaKCzcI-BLNlCa2PihoLde5LI" \
	"9fp5M\",\"clientDataJSON\":\"eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIiwiY2hhbGxlbmdlIjoiQVFFQkFRRUJBUUVCQVFFQkF" \
	"RRUJBUUVCQVFFQkFRRUJBUUVCQVFFQkFRRSIsIm9yaWdpbiI6Imh0dHA6Ly9sb2NhbGhvc3Q6ODQ3MSIsImNyb3NzT3JpZ2luIjp" \
	"mYWxzZX0\",\"publicKey\":\"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAERkm04k90gq5qGRT8fEaUJIom09ES93KBUROXto10X" \
	"TABNgl_0pZdwBvQtooLNwj4Es2UJrY-KGgt17ksj1-nkw\",\"publicKeyAlgorithm\":-7,\"transports\":[\"internal\"]},\"t" \
	"ype\":\"public-key\"}"
#define V_ES256_GET_CHALLENGE "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI"
#define V_ES256_GET_OPTIONS \
	"{\"challenge\":\"AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI\",\"timeout\":300000,\"rpId\":\"localhost\",\"allo" \
	"wCredentials\":[{\"type\":\"public-key\",\"id\":\"_Q5bmWxmcY-MvPHDmSClDvgHFR6Zzfd4z8bWKPe9Scg\",\"transports\":" \
	"[\"internal\"]}],\"userVerification\":\"required\"}"
#define V_ES256_GET \
	"{\"authenticatorAttachment\":\"platform\",\"clientExtensionResults\":{},\"id\":\"_Q5bmWxmcY-MvPHDmSClDvgHFR6Z" \
	"zfd4z8bWKPe9Scg\",\"rawId\":\"_Q5bmWxmcY-MvPHDmSClDvgHFR6Zzfd4z8bWKPe9Scg\",\"response\":{\"authenticatorDat" \
	"a\":\"SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAg\",\"clientDataJSON\":\"eyJ0eXBlIjoid2ViYXV0aG4uZ2" \
	"V0IiwiY2hhbGxlbmdlIjoiQWdJQ0FnSUNBZ0lDQWdJQ0FnSUNBZ0lDQWdJQ0FnSUNBZ0lDQWdJQ0FnSSIsIm9yaWdpbiI6Imh0dH" \
	"A6Ly9sb2NhbGhvc3Q6ODQ3MSIsImNyb3NzT3JpZ2luIjpmYWxzZX0\",\"signature\":\"MEUCIAef5Mv7Pqn-KJWokZCvduYKC6AO" \
	"rkXN5ujazyxFqHB-AiEAvpSywgzF49MklfaC8Yy3bLZl-KhghmpEH6a_WuwqoeI\",\"userHandle\":\"b3BhcXVlLWFjY291bnQtM" \
	"DAwMQ\"},\"type\":\"public-key\"}"
#define V_ES256_GET_AGAIN_CHALLENGE "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM"
#define V_ES256_GET_AGAIN_OPTIONS \
	"{\"challenge\":\"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM\",\"timeout\":300000,\"rpId\":\"localhost\",\"allo" \
	"wCredentials\":[],\"userVerification\":\"required\"}"
#define V_ES256_GET_AGAIN \
	"{\"authenticatorAttachment\":\"platform\",\"clientExtensionResults\":{},\"id\":\"_Q5bmWxmcY-MvPHDmSClDvgHFR6Z" \
	"zfd4z8bWKPe9Scg\",\"rawId\":\"_Q5bmWxmcY-MvPHDmSClDvgHFR6Zzfd4z8bWKPe9Scg\",\"response\":{\"authenticatorDat" \
	"a\":\"SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAw\",\"clientDataJSON\":\"eyJ0eXBlIjoid2ViYXV0aG4uZ2" \
	"V0IiwiY2hhbGxlbmdlIjoiQXdNREF3TURBd01EQXdNREF3TURBd01EQXdNREF3TURBd01EQXdNREF3TSIsIm9yaWdpbiI6Imh0dH" \
	"A6Ly9sb2NhbGhvc3Q6ODQ3MSIsImNyb3NzT3JpZ2luIjpmYWxzZX0\",\"signature\":\"MEUCIQDeD14IEj8XE9pdE4f0JiJni_t6" \
	"fO-UMZ3OVdV1PJ8uyAIgcSuPIfh0YDSJMr1SZchRukJ5oeaZOibOPFT-_aa-q-8\",\"userHandle\":\"b3BhcXVlLWFjY291bnQtM" \
	"DAwMQ\"},\"type\":\"public-key\"}"
#define V_EDDSA_CREATE_CHALLENGE "BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ"
#define V_EDDSA_CREATE_OPTIONS \
	"{\"rp\":{\"id\":\"localhost\",\"name\":\"Tageblatt & Söhne\"},\"user\":{\"id\":\"b3BhcXVlLWFjY291bnQtMDAwMQ\",\"name\"" \
	":\"erika\",\"displayName\":\"Erika „E.“ Muster\"},\"challenge\":\"BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ" \
	"\",\"pubKeyCredParams\":[{\"type\":\"public-key\",\"alg\":-8}],\"timeout\":300000,\"excludeCredentials\":[],\"auth" \
	"enticatorSelection\":{\"residentKey\":\"preferred\",\"requireResidentKey\":false,\"userVerification\":\"requir" \
	"ed\"},\"attestation\":\"none\"}"
#define V_EDDSA_CREATE \
	"{\"authenticatorAttachment\":\"platform\",\"clientExtensionResults\":{},\"id\":\"ybx_d485DOLzKDAz1ddpc3kyNor8" \
	"YdzBRW5V7XrFeqE\",\"rawId\":\"ybx_d485DOLzKDAz1ddpc3kyNor8YdzBRW5V7XrFeqE\",\"response\":{\"attestationObjec" \
	"t\":\"o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YViBSZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2NFAAAAAQECAwQF" \
	"BgcIAQIDBAUGBwgAIMm8f3ePOQzi8ygwM9XXaXN5MjaK_GHcwUVuVe16xXqhpAEBAycgBiFYIGPHzfhSbyx-JGPfsfHk4RxeDOyh" \
	"RAq9oBpG0_JlrjRB\",\"authenticatorData\":\"SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2NFAAAAAQECAwQFBgcIA" \
	"QIDBAUGBwgAIMm8f3ePOQzi8ygwM9XXaXN5MjaK_GHcwUVuVe16xXqhpAEBAycgBiFYIGPHzfhSbyx-JGPfsfHk4RxeDOyhRAq9o" \
	"BpG0_JlrjRB\",\"clientDataJSON\":\"eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIiwiY2hhbGxlbmdlIjoiQkFRRUJBUUVCQVFFQ" \
	"kFRRUJBUUVCQVFFQkFRRUJBUUVCQVFFQkFRRUJBUSIsIm9yaWdpbiI6Imh0dHA6Ly9sb2NhbGhvc3Q6ODQ3MSIsImNyb3NzT3JpZ" \
	"2luIjpmYWxzZSwib3RoZXJfa2V5c19jYW5fYmVfYWRkZWRfaGVyZSI6ImRvIG5vdCBjb21wYXJlIGNsaWVudERhdGFKU09OIGFnY" \
	"Wluc3QgYSB0ZW1wbGF0ZS4gU2VlIGh0dHBzOi8vZ29vLmdsL3lhYlBleCJ9\",\"publicKey\":\"MCowBQYDK2VwAyEAY8fN-FJvLH" \
	"4kY9-x8eThHF4M7KFECr2gGkbT8mWuNEE\",\"publicKeyAlgorithm\":-8,\"transports\":[\"internal\"]},\"type\":\"public" \
	"-key\"}"
#define V_EDDSA_GET_CHALLENGE "BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU"
#define V_EDDSA_GET_OPTIONS \
	"{\"challenge\":\"BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU\",\"timeout\":300000,\"rpId\":\"localhost\",\"allo" \
	"wCredentials\":[{\"type\":\"public-key\",\"id\":\"ybx_d485DOLzKDAz1ddpc3kyNor8YdzBRW5V7XrFeqE\",\"transports\":" \
	"[\"internal\"]}],\"userVerification\":\"required\"}"
#define V_EDDSA_GET \
	"{\"authenticatorAttachment\":\"platform\",\"clientExtensionResults\":{},\"id\":\"ybx_d485DOLzKDAz1ddpc3kyNor8" \
	"YdzBRW5V7XrFeqE\",\"rawId\":\"ybx_d485DOLzKDAz1ddpc3kyNor8YdzBRW5V7XrFeqE\",\"response\":{\"authenticatorDat" \
	"a\":\"SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAg\",\"clientDataJSON\":\"eyJ0eXBlIjoid2ViYXV0aG4uZ2" \
	"V0IiwiY2hhbGxlbmdlIjoiQlFVRkJRVUZCUVVGQlFVRkJRVUZCUVVGQlFVRkJRVUZCUVVGQlFVRkJRVSIsIm9yaWdpbiI6Imh0dH" \
	"A6Ly9sb2NhbGhvc3Q6ODQ3MSIsImNyb3NzT3JpZ2luIjpmYWxzZX0\",\"signature\":\"AZ632QUOMP2tQ9t8HX_guS09r275y52p" \
	"6dKGn1CJXU599I7NHmBALz5Uet2LNdpbLgPL8-n5iMTlhPwQjspoBA\",\"userHandle\":\"b3BhcXVlLWFjY291bnQtMDAwMQ\"},\"" \
	"type\":\"public-key\"}"
#define V_EDDSA_GET_AGAIN_CHALLENGE "BgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgY"
#define V_EDDSA_GET_AGAIN_OPTIONS \
	"{\"challenge\":\"BgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgY\",\"timeout\":300000,\"rpId\":\"localhost\",\"allo" \
	"wCredentials\":[],\"userVerification\":\"required\"}"
#define V_EDDSA_GET_AGAIN \
	"{\"authenticatorAttachment\":\"platform\",\"clientExtensionResults\":{},\"id\":\"ybx_d485DOLzKDAz1ddpc3kyNor8" \
	"YdzBRW5V7XrFeqE\",\"rawId\":\"ybx_d485DOLzKDAz1ddpc3kyNor8YdzBRW5V7XrFeqE\",\"response\":{\"authenticatorDat" \
	"a\":\"SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAw\",\"clientDataJSON\":\"eyJ0eXBlIjoid2ViYXV0aG4uZ2" \
	"V0IiwiY2hhbGxlbmdlIjoiQmdZR0JnWUdCZ1lHQmdZR0JnWUdCZ1lHQmdZR0JnWUdCZ1lHQmdZR0JnWSIsIm9yaWdpbiI6Imh0dH" \
	"A6Ly9sb2NhbGhvc3Q6ODQ3MSIsImNyb3NzT3JpZ2luIjpmYWxzZSwib3RoZXJfa2V5c19jYW5fYmVfYWRkZWRfaGVyZSI6ImRvIG" \
	"5vdCBjb21wYXJlIGNsaWVudERhdGFKU09OIGFnYWluc3QgYSB0ZW1wbGF0ZS4gU2VlIGh0dHBzOi8vZ29vLmdsL3lhYlBleCJ9\"," \
	"\"signature\":\"EGNVs6m70MiHRJmb2oBqpuGOTQT9Syjiwvu4pG7tbvLPbxbGy_pvrQ6AxYph9-ZS7H6s0FM0umzI66XZBKBnBA\"" \
	",\"userHandle\":\"b3BhcXVlLWFjY291bnQtMDAwMQ\"},\"type\":\"public-key\"}"
#define V_RS256_CREATE_CHALLENGE "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc"
#define V_RS256_CREATE_OPTIONS \
	"{\"rp\":{\"id\":\"localhost\",\"name\":\"Tageblatt & Söhne\"},\"user\":{\"id\":\"b3BhcXVlLWFjY291bnQtMDAwMQ\",\"name\"" \
	":\"erika\",\"displayName\":\"Erika „E.“ Muster\"},\"challenge\":\"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc" \
	"\",\"pubKeyCredParams\":[{\"type\":\"public-key\",\"alg\":-257}],\"timeout\":300000,\"excludeCredentials\":[],\"au" \
	"thenticatorSelection\":{\"residentKey\":\"preferred\",\"requireResidentKey\":false,\"userVerification\":\"requ" \
	"ired\"},\"attestation\":\"none\"}"
#define V_RS256_CREATE \
	"{\"authenticatorAttachment\":\"platform\",\"clientExtensionResults\":{},\"id\":\"7kmoF1XGcv1HpXMQP8HH30Xk5c3n" \
	"08nBIV_JDJwNRJc\",\"rawId\":\"7kmoF1XGcv1HpXMQP8HH30Xk5c3n08nBIV_JDJwNRJc\",\"response\":{\"attestationObjec" \
	"t\":\"o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVkBZ0mWDeWIDoxodDQXD2R2YFuP5K65ooYyx5lc87qDHZdjRQAAAAEBAgME" \
	"BQYHCAECAwQFBgcIACDuSagXVcZy_UelcxA_wcffReTlzefTycEhX8kMnA1El6QBAwM5AQAgWQEA06Hc6bAL2yBMLsNT7Jtw_iCO" \
	"0qo46xcdLeMJT6a2tWKXI10a6Mio-JMwHFkvaH0oywAq29UlJPmslVCwPgwsRPpBy8yExdSkCMGSPFOGH05IE7yWgQY43_rqVS3l" \
	"iKXOXUE7giEzk2KUgZ7j31Bf4qPbDMjjBtc_ZaW4zpPgfnV53ctq6c7XgodRHdqg-mBvl5PH69bfbDdYUq-X0ZXCj-6M4y1_B73Y" \
	"7-IQxrsepVRfxOfDpNtEF8kiQiyiHNuSZfXXjko7mFJolnsS6q6eGIP47x0v6fmoYRyEp4oCczLVYNMrAnQRqgZ9_4BdL-M6qzGA" \
	"XjXqm2Tyoh607B4BISFDAQAB\",\"authenticatorData\":\"SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2NFAAAAAQECA" \
	"wQFBgcIAQIDBAUGBwgAIO5JqBdVxnL9R6VzED_Bx99F5OXN59PJwSFfyQycDUSXpAEDAzkBACBZAQDTodzpsAvbIEwuw1Psm3D-I" \
	"I7SqjjrFx0t4wlPpra1YpcjXRroyKj4kzAcWS9ofSjLACrb1SUk-ayVULA-DCxE-kHLzITF1KQIwZI8U4YfTkgTvJaBBjjf-upVL" \
	"eWIpc5dQTuCITOTYpSBnuPfUF_io9sMyOMG1z9lpbjOk-B-dXndy2rpzteCh1Ed2qD6YG-Xk8fr1t9sN1hSr5fRlcKP7ozjLX8Hv" \
	"djv4hDGux6lVF_E58Ok20QXySJCLKIc25Jl9deOSjuYUmiWexLqrp4Yg_jvHS_p-ahhHISnigJzMtVg0ysCdBGqBn3_gF0v4zqrM" \
	"YBeNeqbZPKiHrTsHgEhIUMBAAE\",\"clientDataJSON\":\"eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIiwiY2hhbGxlbmdlIjoiQn" \
	"djSEJ3Y0hCd2NIQndjSEJ3Y0hCd2NIQndjSEJ3Y0hCd2NIQndjSEJ3YyIsIm9yaWdpbiI6Imh0dHA6Ly9sb2NhbGhvc3Q6ODQ3MS" \
	"IsImNyb3NzT3JpZ2luIjpmYWxzZSwib3RoZXJfa2V5c19jYW5fYmVfYWRkZWRfaGVyZSI6ImRvIG5vdCBjb21wYXJlIGNsaWVudE" \
	"RhdGFKU09OIGFnYWluc3QgYSB0ZW1wbGF0ZS4gU2VlIGh0dHBzOi8vZ29vLmdsL3lhYlBleCJ9\",\"publicKey\":\"MIIBIjANBgk" \
	"qhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA06Hc6bAL2yBMLsNT7Jtw_iCO0qo46xcdLeMJT6a2tWKXI10a6Mio-JMwHFkvaH0oywA" \
	"q29UlJPmslVCwPgwsRPpBy8yExdSkCMGSPFOGH05IE7yWgQY43_rqVS3liKXOXUE7giEzk2KUgZ7j31Bf4qPbDMjjBtc_ZaW4zpP" \
	"gfnV53ctq6c7XgodRHdqg-mBvl5PH69bfbDdYUq-X0ZXCj-6M4y1_B73Y7-IQxrsepVRfxOfDpNtEF8kiQiyiHNuSZfXXjko7mFJ" \
	"olnsS6q6eGIP47x0v6fmoYRyEp4oCczLVYNMrAnQRqgZ9_4BdL-M6qzGAXjXqm2Tyoh607B4BIQIDAQAB\",\"publicKeyAlgorit" \
	"hm\":-257,\"transports\":[\"internal\"]},\"type\":\"public-key\"}"
#define V_RS256_GET_CHALLENGE "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg"
#define V_RS256_GET_OPTIONS \
	"{\"challenge\":\"CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg\",\"timeout\":300000,\"rpId\":\"localhost\",\"allo" \
	"wCredentials\":[{\"type\":\"public-key\",\"id\":\"7kmoF1XGcv1HpXMQP8HH30Xk5c3n08nBIV_JDJwNRJc\",\"transports\":" \
	"[\"internal\"]}],\"userVerification\":\"required\"}"
#define V_RS256_GET \
	"{\"authenticatorAttachment\":\"platform\",\"clientExtensionResults\":{},\"id\":\"7kmoF1XGcv1HpXMQP8HH30Xk5c3n" \
	"08nBIV_JDJwNRJc\",\"rawId\":\"7kmoF1XGcv1HpXMQP8HH30Xk5c3n08nBIV_JDJwNRJc\",\"response\":{\"authenticatorDat" \
	"a\":\"SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAg\",\"clientDataJSON\":\"eyJ0eXBlIjoid2ViYXV0aG4uZ2" \
	"V0IiwiY2hhbGxlbmdlIjoiQ0FnSUNBZ0lDQWdJQ0FnSUNBZ0lDQWdJQ0FnSUNBZ0lDQWdJQ0FnSUNBZyIsIm9yaWdpbiI6Imh0dH" \
	"A6Ly9sb2NhbGhvc3Q6ODQ3MSIsImNyb3NzT3JpZ2luIjpmYWxzZX0\",\"signature\":\"XoMwZZedKCqWml3j_6fQa2SuTv8cfLud" \
	"_lWn5Wt0LlcRY5qtfmzBj7v7cceUiYdEqR74MywwMazkkGjf1qR4CAofuC7b6XfW2Delh6Jlat9TfT5AXQKYZ5qsP92IknB-lq7f" \
	"_fj2wt8VyVzLPNnLmly72C9FXoNimpmnybG-s0VlEY5BBKgraHqtfR9hOAWfwDb8u02ayKwXbr4trwsPDX_sngRiA_NO46TblvLC" \
	"dtezZsR8YURtXKOKM5wjOqULdGYkwCR4dA0-oa8GklzODFqhmYEth43xYYVVzBgxoeK7FHiQYdJ86JEdF8T5diDzS5R7d3mtrnGB" \
	"cdqvQk7CGw\",\"userHandle\":\"b3BhcXVlLWFjY291bnQtMDAwMQ\"},\"type\":\"public-key\"}"
#define V_RS256_GET_AGAIN_CHALLENGE "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk"
#define V_RS256_GET_AGAIN_OPTIONS \
	"{\"challenge\":\"CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk\",\"timeout\":300000,\"rpId\":\"localhost\",\"allo" \
	"wCredentials\":[],\"userVerification\":\"required\"}"
#define V_RS256_GET_AGAIN \
	"{\"authenticatorAttachment\":\"platform\",\"clientExtensionResults\":{},\"id\":\"7kmoF1XGcv1HpXMQP8HH30Xk5c3n" \
	"08nBIV_JDJwNRJc\",\"rawId\":\"7kmoF1XGcv1HpXMQP8HH30Xk5c3n08nBIV_JDJwNRJc\",\"response\":{\"authenticatorDat" \
	"a\":\"SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAw\",\"clientDataJSON\":\"eyJ0eXBlIjoid2ViYXV0aG4uZ2" \
	"V0IiwiY2hhbGxlbmdlIjoiQ1FrSkNRa0pDUWtKQ1FrSkNRa0pDUWtKQ1FrSkNRa0pDUWtKQ1FrSkNRayIsIm9yaWdpbiI6Imh0dH" \
	"A6Ly9sb2NhbGhvc3Q6ODQ3MSIsImNyb3NzT3JpZ2luIjpmYWxzZX0\",\"signature\":\"iEl000yRfEb9-7TnNnVKRrx4kXVVtFNa" \
	"kn4OJVgyLqvEt4SdfXah4bqYEti_grXJSyG4AqmyeZ0n3pxcP051zMZBvKDzoTqyjUb4QYLvqeJPGwEPmAh3iCYD4y0goXWfXCxO" \
	"UGWuvaoV-MkPR4h8sn9jVl2H-FgX47STkHe4BIMueIWccysAlyCsDKo9-K_n-iUPhTK6_4YAc55mFbhWx9zmuaUcAtCQYbNxIgJd" \
	"vzBakI1OrNr2Zv86XloLqPQ4Jbn8cgmYq_QCNdHO2k7e4ghPylDHd_dxEzm7OWZnMJcymuK7P_C4OUsD_IPmQ87LI59FRETf9zbb" \
	"WCXwAu2ZlA\",\"userHandle\":\"b3BhcXVlLWFjY291bnQtMDAwMQ\"},\"type\":\"public-key\"}"
#define V_SYNCED_CREATE_CHALLENGE "CgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgo"
#define V_SYNCED_CREATE_OPTIONS \
	"{\"rp\":{\"id\":\"localhost\",\"name\":\"Tageblatt & Söhne\"},\"user\":{\"id\":\"b3BhcXVlLWFjY291bnQtMDAwMQ\",\"name\"" \
	":\"erika\",\"displayName\":\"Erika „E.“ Muster\"},\"challenge\":\"CgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgo" \
	"\",\"pubKeyCredParams\":[{\"type\":\"public-key\",\"alg\":-7},{\"type\":\"public-key\",\"alg\":-8},{\"type\":\"public-" \
	"key\",\"alg\":-257}],\"timeout\":300000,\"excludeCredentials\":[],\"authenticatorSelection\":{\"residentKey\":\"" \
	"preferred\",\"requireResidentKey\":false,\"userVerification\":\"required\"},\"attestation\":\"none\"}"
#define V_SYNCED_CREATE \
	"{\"authenticatorAttachment\":\"platform\",\"clientExtensionResults\":{},\"id\":\"mvJJtM6TNmD4HxuGQKGzahZZ2n7W" \
	"uyKkSa2FolrFdDU\",\"rawId\":\"mvJJtM6TNmD4HxuGQKGzahZZ2n7WuyKkSa2FolrFdDU\",\"response\":{\"attestationObjec" \
	"t\":\"o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVikSZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2NdAAAAAQECAwQF" \
	"BgcIAQIDBAUGBwgAIJrySbTOkzZg-B8bhkChs2oWWdp-1rsipEmthaJaxXQ1pQECAyYgASFYII9lhqmRsvpy-u5ohYaydOSryO67" \
	"_t67r99uWpAlUvRmIlggL24ehLOZYd0JZyVFx6Y8hZ6fI68t-bBh5UK4iQcL0B4\",\"authenticatorData\":\"SZYN5YgOjGh0NB" \
	"cPZHZgW4_krrmihjLHmVzzuoMdl2NdAAAAAQECAwQFBgcIAQIDBAUGBwgAIJrySbTOkzZg-B8bhkChs2oWWdp-1rsipEmthaJaxX" \
	"Q1pQECAyYgASFYII9lhqmRsvpy-u5ohYaydOSryO67_t67r99uWpAlUvRmIlggL24ehLOZYd0JZyVFx6Y8hZ6fI68t-bBh5UK4iQ" \
	"cL0B4\",\"clientDataJSON\":\"eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIiwiY2hhbGxlbmdlIjoiQ2dvS0Nnb0tDZ29LQ2dvS0N" \
	"nb0tDZ29LQ2dvS0Nnb0tDZ29LQ2dvS0NnbyIsIm9yaWdpbiI6Imh0dHA6Ly9sb2NhbGhvc3Q6ODQ3MSIsImNyb3NzT3JpZ2luIjp" \
	"mYWxzZX0\",\"publicKey\":\"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEj2WGqZGy-nL67miFhrJ05KvI7rv-3ruv325akCVS9" \
	"GYvbh6Es5lh3QlnJUXHpjyFnp8jry35sGHlQriJBwvQHg\",\"publicKeyAlgorithm\":-7,\"transports\":[\"internal\"]},\"t" \
	"ype\":\"public-key\"}"
#define V_SYNCED_GET_CHALLENGE "CwsLCwsLCwsLCwsLCwsLCwsLCwsLCwsLCwsLCwsLCws"
#define V_SYNCED_GET_OPTIONS \
	"{\"challenge\":\"CwsLCwsLCwsLCwsLCwsLCwsLCwsLCwsLCwsLCwsLCws\",\"timeout\":300000,\"rpId\":\"localhost\",\"allo" \
	"wCredentials\":[{\"type\":\"public-key\",\"id\":\"mvJJtM6TNmD4HxuGQKGzahZZ2n7WuyKkSa2FolrFdDU\",\"transports\":" \
	"[\"internal\"]}],\"userVerification\":\"required\"}"
#define V_SYNCED_GET \
	"{\"authenticatorAttachment\":\"platform\",\"clientExtensionResults\":{},\"id\":\"mvJJtM6TNmD4HxuGQKGzahZZ2n7W" \
	"uyKkSa2FolrFdDU\",\"rawId\":\"mvJJtM6TNmD4HxuGQKGzahZZ2n7WuyKkSa2FolrFdDU\",\"response\":{\"authenticatorDat" \
	"a\":\"SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MdAAAAAg\",\"clientDataJSON\":\"eyJ0eXBlIjoid2ViYXV0aG4uZ2" \
	"V0IiwiY2hhbGxlbmdlIjoiQ3dzTEN3c0xDd3NMQ3dzTEN3c0xDd3NMQ3dzTEN3c0xDd3NMQ3dzTEN3cyIsIm9yaWdpbiI6Imh0dH" \
	"A6Ly9sb2NhbGhvc3Q6ODQ3MSIsImNyb3NzT3JpZ2luIjpmYWxzZSwib3RoZXJfa2V5c19jYW5fYmVfYWRkZWRfaGVyZSI6ImRvIG" \
	"5vdCBjb21wYXJlIGNsaWVudERhdGFKU09OIGFnYWluc3QgYSB0ZW1wbGF0ZS4gU2VlIGh0dHBzOi8vZ29vLmdsL3lhYlBleCJ9\"," \
	"\"signature\":\"MEUCIQDSw8eipU_ConAjdZXF5TBvcN1Pm9GC5K1ztZUpqcCLEQIgUQVmxHPqqlbWzpdVDHP95KIabOMT4XAoj2-" \
	"yLoucLVg\",\"userHandle\":\"b3BhcXVlLWFjY291bnQtMDAwMQ\"},\"type\":\"public-key\"}"
#define V_SYNCED_GET_AGAIN_CHALLENGE "DAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw"
#define V_SYNCED_GET_AGAIN_OPTIONS \
	"{\"challenge\":\"DAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw\",\"timeout\":300000,\"rpId\":\"localhost\",\"allo" \
	"wCredentials\":[],\"userVerification\":\"required\"}"
#define V_SYNCED_GET_AGAIN \
	"{\"authenticatorAttachment\":\"platform\",\"clientExtensionResults\":{},\"id\":\"mvJJtM6TNmD4HxuGQKGzahZZ2n7W" \
	"uyKkSa2FolrFdDU\",\"rawId\":\"mvJJtM6TNmD4HxuGQKGzahZZ2n7WuyKkSa2FolrFdDU\",\"response\":{\"authenticatorDat" \
	"a\":\"SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MdAAAAAw\",\"clientDataJSON\":\"eyJ0eXBlIjoid2ViYXV0aG4uZ2" \
	"V0IiwiY2hhbGxlbmdlIjoiREF3TURBd01EQXdNREF3TURBd01EQXdNREF3TURBd01EQXdNREF3TURBdyIsIm9yaWdpbiI6Imh0dH" \
	"A6Ly9sb2NhbGhvc3Q6ODQ3MSIsImNyb3NzT3JpZ2luIjpmYWxzZX0\",\"signature\":\"MEUCIGo65VwCScKYBoKNn4zS0WJTj6J4" \
	"gQTKsb2VxdmI2_VEAiEA9lw5qGq3qEEpi3hqXc0xnNd42LDRoZzFyEpr-pairZc\",\"userHandle\":\"b3BhcXVlLWFjY291bnQtM" \
	"DAwMQ\"},\"type\":\"public-key\"}"
#define V_DIRECT_CREATE_CHALLENGE "DQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0"
#define V_DIRECT_CREATE_OPTIONS \
	"{\"rp\":{\"id\":\"localhost\",\"name\":\"Tageblatt & Söhne\"},\"user\":{\"id\":\"b3BhcXVlLWFjY291bnQtMDAwMQ\",\"name\"" \
	":\"erika\",\"displayName\":\"Erika „E.“ Muster\"},\"challenge\":\"DQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0" \
	"\",\"pubKeyCredParams\":[{\"type\":\"public-key\",\"alg\":-7},{\"type\":\"public-key\",\"alg\":-8},{\"type\":\"public-" \
	"key\",\"alg\":-257}],\"timeout\":300000,\"excludeCredentials\":[],\"authenticatorSelection\":{\"residentKey\":\"" \
	"preferred\",\"requireResidentKey\":false,\"userVerification\":\"required\"},\"attestation\":\"direct\"}"
#define V_DIRECT_CREATE \
	"{\"authenticatorAttachment\":\"platform\",\"clientExtensionResults\":{},\"id\":\"cONoS5QJSljZhcAqaec03UOV3Oza" \
	"RJvfMooQAk2p3yg\",\"rawId\":\"cONoS5QJSljZhcAqaec03UOV3OzaRJvfMooQAk2p3yg\",\"response\":{\"attestationObjec" \
	"t\":\"o2NmbXRmcGFja2VkZ2F0dFN0bXSjY2FsZyZjc2lnWEgwRgIhAPomFA_ZhTkxWiIbvsvLxG4RReIOttVWw9oepmcaAgBDAiEA" \
	"tR5RtvR1i0-QUkfgLqZRQuXO960uVlQWgIrsAIi76XljeDVjgVkB2TCCAdUwggF6oAMCAQICAQEwCgYIKoZIzj0EAwIwYDELMAkG" \
	"A1UEBhMCVVMxETAPBgNVBAoMCENocm9taXVtMSIwIAYDVQQLDBlBdXRoZW50aWNhdG9yIEF0dGVzdGF0aW9uMRowGAYDVQQDDBFC" \
	"YXRjaCBDZXJ0aWZpY2F0ZTAeFw0xNzA3MTQwMjQwMDBaFw00NjExMTkxMjMwMTlaMGAxCzAJBgNVBAYTAlVTMREwDwYDVQQKDAhD" \
	"aHJvbWl1bTEiMCAGA1UECwwZQXV0aGVudGljYXRvciBBdHRlc3RhdGlvbjEaMBgGA1UEAwwRQmF0Y2ggQ2VydGlmaWNhdGUwWTAT" \
	"BgcqhkjOPQIBBggqhkjOPQMBBwNCAASNYX5lyVCOZLzFZzrIKmeZ2jwURmgsJYxGP__fWN_S-j5sN4tT15XEpN_7QZnt14YvI6uv" \
	"AgO0uJEboFaZlOEBoyUwIzAMBgNVHRMBAf8EAjAAMBMGCysGAQQBguUcAgEBBAQDAgMIMAoGCCqGSM49BAMCA0kAMEYCIQCkGoDt" \
	"wzzulwkCpP6JYs3TEltkvRZ6Oub2ZYfKU3WwewIhAMHJW2Q0dj2DD3ot9WYlYcoHwgU7s-jKWA0XU0mBb2pDaGF1dGhEYXRhWKRJ" \
	"lg3liA6MaHQ0Fw9kdmBbj-SuuaKGMseZXPO6gx2XY0UAAAABAQIDBAUGBwgBAgMEBQYHCAAgcONoS5QJSljZhcAqaec03UOV3Oza" \
	"RJvfMooQAk2p3yilAQIDJiABIVggYovOH7cPQNMjCoI2WnU1jRgn0DorrQtfBxjnt_G1ejoiWCCa0SOtfjedAqHWgNOGUNDlz3hB" \
	"2GJklCddW_tvFILIdg\",\"authenticatorData\":\"SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2NFAAAAAQECAwQFBgc" \
	"IAQIDBAUGBwgAIHDjaEuUCUpY2YXAKmnnNN1Dldzs2kSb3zKKEAJNqd8opQECAyYgASFYIGKLzh-3D0DTIwqCNlp1NY0YJ9A6K60" \
	"LXwcY57fxtXo6IlggmtEjrX43nQKh1oDThlDQ5c94QdhiZJQnXVv7bxSCyHY\",\"clientDataJSON\":\"eyJ0eXBlIjoid2ViYXV0" \
	"aG4uY3JlYXRlIiwiY2hhbGxlbmdlIjoiRFEwTkRRME5EUTBORFEwTkRRME5EUTBORFEwTkRRME5EUTBORFEwTkRRMCIsIm9yaWdp" \
	"biI6Imh0dHA6Ly9sb2NhbGhvc3Q6ODQ3MSIsImNyb3NzT3JpZ2luIjpmYWxzZX0\",\"publicKey\":\"MFkwEwYHKoZIzj0CAQYIKo" \
	"ZIzj0DAQcDQgAEYovOH7cPQNMjCoI2WnU1jRgn0DorrQtfBxjnt_G1ejqa0SOtfjedAqHWgNOGUNDlz3hB2GJklCddW_tvFILIdg" \
	"\",\"publicKeyAlgorithm\":-7,\"transports\":[\"internal\"]},\"type\":\"public-key\"}"
#define V_LAX_CREATE_CHALLENGE "Dg4ODg4ODg4ODg4ODg4ODg4ODg4ODg4ODg4ODg4ODg4"
#define V_LAX_CREATE_OPTIONS \
	"{\"rp\":{\"id\":\"localhost\",\"name\":\"Tageblatt & Söhne\"},\"user\":{\"id\":\"b3BhcXVlLWFjY291bnQtMDAwMQ\",\"name\"" \
	":\"erika\",\"displayName\":\"Erika „E.“ Muster\"},\"challenge\":\"Dg4ODg4ODg4ODg4ODg4ODg4ODg4ODg4ODg4ODg4ODg4" \
	"\",\"pubKeyCredParams\":[{\"type\":\"public-key\",\"alg\":-7},{\"type\":\"public-key\",\"alg\":-8},{\"type\":\"public-" \
	"key\",\"alg\":-257}],\"timeout\":300000,\"excludeCredentials\":[],\"authenticatorSelection\":{\"residentKey\":\"" \
	"preferred\",\"requireResidentKey\":false,\"userVerification\":\"required\"},\"attestation\":\"none\"}"
#define V_LAX_CREATE \
	"{\"authenticatorAttachment\":\"platform\",\"clientExtensionResults\":{},\"id\":\"8deBkBTBYVnTC-xQbhgOpoTbmbDz" \
	"mXVa7w-Pk7fVmro\",\"rawId\":\"8deBkBTBYVnTC-xQbhgOpoTbmbDzmXVa7w-Pk7fVmro\",\"response\":{\"attestationObjec" \
	"t\":\"o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVikSZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2NFAAAAAQECAwQF" \
	"BgcIAQIDBAUGBwgAIPHXgZAUwWFZ0wvsUG4YDqaE25mw85l1Wu8Pj5O31Zq6pQECAyYgASFYIL5D07gP3ih8znwJoPegp6WFGwLU" \
	"PoaNryqOENx9JWAmIlggnV-vflAyWi3HO5pleqdHtEsHrrCQ-8D9Zp-6Iml6W7g\",\"authenticatorData\":\"SZYN5YgOjGh0NB" \
	"cPZHZgW4_krrmihjLHmVzzuoMdl2NFAAAAAQECAwQFBgcIAQIDBAUGBwgAIPHXgZAUwWFZ0wvsUG4YDqaE25mw85l1Wu8Pj5O31Z" \
	"q6pQECAyYgASFYIL5D07gP3ih8znwJoPegp6WFGwLUPoaNryqOENx9JWAmIlggnV-vflAyWi3HO5pleqdHtEsHrrCQ-8D9Zp-6Im" \
	"l6W7g\",\"clientDataJSON\":\"eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIiwiY2hhbGxlbmdlIjoiRGc0T0RnNE9EZzRPRGc0T0R" \
	"nNE9EZzRPRGc0T0RnNE9EZzRPRGc0T0RnNCIsIm9yaWdpbiI6Imh0dHA6Ly9sb2NhbGhvc3Q6ODQ3MSIsImNyb3NzT3JpZ2luIjp" \
	"mYWxzZX0\",\"publicKey\":\"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEvkPTuA_eKHzOfAmg96CnpYUbAtQ-ho2vKo4Q3H0lY" \
	"CadX69-UDJaLcc7mmV6p0e0SweusJD7wP1mn7oiaXpbuA\",\"publicKeyAlgorithm\":-7,\"transports\":[\"internal\"]},\"t" \
	"ype\":\"public-key\"}"
#define V_LAX_GET_CHALLENGE "Dw8PDw8PDw8PDw8PDw8PDw8PDw8PDw8PDw8PDw8PDw8"
#define V_LAX_GET_OPTIONS \
	"{\"challenge\":\"Dw8PDw8PDw8PDw8PDw8PDw8PDw8PDw8PDw8PDw8PDw8\",\"timeout\":300000,\"rpId\":\"localhost\",\"allo" \
	"wCredentials\":[],\"userVerification\":\"discouraged\"}"
#define V_LAX_GET \
	"{\"authenticatorAttachment\":\"platform\",\"clientExtensionResults\":{},\"id\":\"8deBkBTBYVnTC-xQbhgOpoTbmbDz" \
	"mXVa7w-Pk7fVmro\",\"rawId\":\"8deBkBTBYVnTC-xQbhgOpoTbmbDzmXVa7w-Pk7fVmro\",\"response\":{\"authenticatorDat" \
	"a\":\"SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MBAAAAAg\",\"clientDataJSON\":\"eyJ0eXBlIjoid2ViYXV0aG4uZ2" \
	"V0IiwiY2hhbGxlbmdlIjoiRHc4UER3OFBEdzhQRHc4UER3OFBEdzhQRHc4UER3OFBEdzhQRHc4UER3OCIsIm9yaWdpbiI6Imh0dH" \
	"A6Ly9sb2NhbGhvc3Q6ODQ3MSIsImNyb3NzT3JpZ2luIjpmYWxzZSwib3RoZXJfa2V5c19jYW5fYmVfYWRkZWRfaGVyZSI6ImRvIG" \
	"5vdCBjb21wYXJlIGNsaWVudERhdGFKU09OIGFnYWluc3QgYSB0ZW1wbGF0ZS4gU2VlIGh0dHBzOi8vZ29vLmdsL3lhYlBleCJ9\"," \
	"\"signature\":\"MEUCIHRg4VdUIrQ0_ypXoBObmZTK4leosJeK_VSfKIjQr3a3AiEA8rKsPiR4MTZffT8GA7UpnkvwraIxhU4wau_" \
	"QM8pXezY\",\"userHandle\":\"b3BhcXVlLWFjY291bnQtMDAwMQ\"},\"type\":\"public-key\"}"
#define V_FRAMED_GET_CHALLENGE "EBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBA"
#define V_FRAMED_GET_OPTIONS \
	"{\"challenge\":\"EBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBA\",\"timeout\":300000,\"rpId\":\"localhost\",\"allo" \
	"wCredentials\":[],\"userVerification\":\"required\"}"
#define V_FRAMED_GET \
	"{\"authenticatorAttachment\":\"platform\",\"clientExtensionResults\":{},\"id\":\"8deBkBTBYVnTC-xQbhgOpoTbmbDz" \
	"mXVa7w-Pk7fVmro\",\"rawId\":\"8deBkBTBYVnTC-xQbhgOpoTbmbDzmXVa7w-Pk7fVmro\",\"response\":{\"authenticatorDat" \
	"a\":\"SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAw\",\"clientDataJSON\":\"eyJ0eXBlIjoid2ViYXV0aG4uZ2" \
	"V0IiwiY2hhbGxlbmdlIjoiRUJBUUVCQVFFQkFRRUJBUUVCQVFFQkFRRUJBUUVCQVFFQkFRRUJBUUVCQSIsIm9yaWdpbiI6Imh0dH" \
	"A6Ly9sb2NhbGhvc3Q6ODQ3MiIsImNyb3NzT3JpZ2luIjp0cnVlLCJ0b3BPcmlnaW4iOiJodHRwOi8vbG9jYWxob3N0Ojg0NzEifQ" \
	"\",\"signature\":\"MEUCIQCOtwH2KcVm5nO1sBAjbV7Zho36Sa_MnAfD_-oa_ofN4wIgGC9byj7oEGR8KjMmE38N2vIq5qRgIRPAq" \
	"W4cDR0PDfs\",\"userHandle\":\"b3BhcXVlLWFjY291bnQtMDAwMQ\"},\"type\":\"public-key\"}"

#endif
