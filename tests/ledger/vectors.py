"""The test vectors of the wire format, section 14."""

LOG_SEED, OFFICER_SEED, WITNESS_SEED, ADMIN_SEED = (bytes([n]) * 32 for n in (1, 2, 3, 5))
SALT = bytes(range(32))
WITNESS_TIME = 1795320003

LOG_VKEY = "log.council.example/commissioning+d6d127f1+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c"
ADMIN_VKEY = "council.example/key-admin+b7abbd43+AW56HN0psLeP0Tr0xVmP7/TvKpcWbjym8uT7/M2AUFvx"
OFFICER_VKEY = "council.example/officer/7f3a+02da4b90+AYE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU"
WITNESS_VKEY = "witness.example/w1+d9ed62c5+BO1JKMYo0cLG6ukDOJBZlWEpWSc6XGP5NjbBRhSshzfR"

# Lines are longer than elsewhere: these are the bytes.
ENTRY_0 = (
    "fairplace/event/v1\n"
    '{"actor":"council.example/key-admin","at":"2026-11-22T04:00:00.000Z","body":{"root_key":"council.example/key-admin+b7abbd43+AW56HN0psLeP0Tr0xVmP7/TvKpcWbjym8uT7/M2AUFvx"},"id":"01970000-0000-7000-8000-000000000001","keys":"","log":"log.council.example/commissioning","n":1,"prev":"","sealed":{},"stream":"00000000-0000-4000-8000-000000000001","type":"log.opened/1"}\n'
    "\n"
    "— council.example/key-admin t6u9Q1wXtFWrTRmi/FdlnPXeVuTRnb/qLf0+0VeziZUe1JIQ6ARG+HDlVXum7acvm3iMlTA2ZugQka6KDjLQB0k/VQs=\n"
).encode()
ENTRY_1 = (
    "fairplace/event/v1\n"
    '{"actor":"council.example/key-admin","at":"2026-11-22T04:00:01.000Z","body":{"role":"evaluator","vkey":"council.example/officer/7f3a+02da4b90+AYE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU"},"id":"01970000-0000-7000-8000-000000000002","keys":"06942orhBe0W1uXGQI+wX9rNkAWNSLndmGJj6QaEI9o=","log":"log.council.example/commissioning","n":2,"prev":"06942orhBe0W1uXGQI+wX9rNkAWNSLndmGJj6QaEI9o=","sealed":{},"stream":"00000000-0000-4000-8000-000000000001","type":"key.added/1"}\n'
    "\n"
    "— council.example/key-admin t6u9Q5Nvgt9g7QQIBuGKsvkQa0v78B9ir2hVTrh4zeoWNTyYRxbEdWOopc3JChtMi6OV6y+aCEXo+pH1dmDApJmTKQI=\n"
).encode()
ENTRY_2 = (
    "fairplace/event/v1\n"
    '{"actor":"council.example/officer/7f3a","at":"2026-11-22T04:00:02.000Z","body":{"bid":"B-2","criterion":"Q4","weight_bp":1500},"id":"01970000-0000-7000-8000-000000000003","keys":"MvhCDr+gPtoyTxWJjXwgBCaKs+zbVn6kKqZeqI86aVI=","log":"log.council.example/commissioning","n":1,"prev":"","sealed":{"/score":{"basis":"commercial","d":"s9qIO5PBbz-bKe07-5aDxEhDVdsgvdiGVnFfeGh2N5g"}},"stream":"00000000-0000-4000-8000-0000000000aa","type":"evaluation.scored/1"}\n'
    "\n"
    "— council.example/officer/7f3a AtpLkN5TzZVZo/dBNGM7IZLi7x+M7pNG1Fop5m0m6iOISYCcHZyC2SgdVO3AUpwqrjqE9bb9Cy828ZTBDUlDECaIwAc=\n"
).encode()
CHECKPOINT = (
    "log.council.example/commissioning\n"
    "3\n"
    "t5U0po2WQh7zsmH+TYFxpRGDMDuFLCu+52uwJH982+Y=\n"
    "\n"
    "— log.council.example/commissioning 1tEn8caWpAzknH+YPT0Hif9CyPbw1KV3Zo7HFj6P4qajT3S5ueIESV+q6lL+jucL9UuAFoJ+lhP+NUQDaLU4MLokCwc=\n"
    "— witness.example/w1 2e1ixQAAAABrAmjD6Mbe7CBh9RVvBvsUMtlbqsD8B+P3fQ860/SWIK9DVMtxm556Qc2GqAmbfWtlMkF5FVckzof1NN26+IPHuThGCQ==\n"
).encode()

ENTRIES = (ENTRY_0, ENTRY_1, ENTRY_2)
ENTRY_SIZES = (509, 614, 600)
LEAVES = (
    "06942orhBe0W1uXGQI+wX9rNkAWNSLndmGJj6QaEI9o=",
    "MvhCDr+gPtoyTxWJjXwgBCaKs+zbVn6kKqZeqI86aVI=",
    "nH2eDHoa34qNwBq+RxzXweVsdqH8b1QfePBK3LtjV84=",
)
ROOTS = (
    LEAVES[0],
    "R6U4ng5rlrxwsh53E/tNI3meBhPpawY05oQcQSDRJhQ=",
    "t5U0po2WQh7zsmH+TYFxpRGDMDuFLCu+52uwJH982+Y=",
)
EMPTY_ROOT = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

DISCLOSED = {"mark": 71, "of": 100, "reason": "Meets Q4; evidence of stability outcomes"}
DISCLOSURE = (
    "WyJBQUVDQXdRRkJnY0lDUW9MREEwT0R4QVJFaE1VRlJZWEdCa2FHeHdkSGg4IiwiL3Njb3JlIix7Im1hcmsiOjcxLCJvZiI6MTAw"
    "LCJyZWFzb24iOiJNZWV0cyBRNDsgZXZpZGVuY2Ugb2Ygc3RhYmlsaXR5IG91dGNvbWVzIn1d"
)
DIGEST = "s9qIO5PBbz-bKe07-5aDxEhDVdsgvdiGVnFfeGh2N5g"

BUNDLE_SIZE, BUNDLE_SHA256 = 1729, "88c4bdd6af20df1fe22676fd5bd6c9967ef2b7ecf20b7cdfc8ee82c43b9b98bc"
TILE_SIZE, TILE_SHA256 = 96, "ec5df9d31e27250533fa6e11ccd40a87f1bf2638fca27817706b14a4d57fb257"
PROOF_SIZE, PROOF_SHA256 = 1457, "3f325bc47afe4ef1fe75e4d1bdfc35a6b03ee7a1ea5c278853ad6ae3be041ee6"
