"""What likeness has learned: how common pairs of characters are, and what each measure weighs.

Written by `deploy.duplicates`. Of the pairs only digests are kept, by about how many matters hold them.
"""

from typing import Final

MODEL: Final = "fields-1-162-4b953a7a"
LEARNED_FROM: Final = "4b953a7a5354b2ec"  # the numbers of its clusters and look-alikes, hashed
MESSAGES: Final = 1817.0
BIAS: Final = -2.923
WEIGHTS: Final[dict[str, float]] = {
    "name": 0.0,
    "names": 0.798,
    "topic": 2.723,
    "name and topic": 2.459,
    "name and topic of the subject": 0.802,
    "name and words": 1.0,
    "amounts": 1.218,
    "time": 2.107,
    "other names": -1.767,
    "other district": -1.438,
    "other places": -1.074,
}
TOPICS: Final[dict[str, float]] = {
    "fumes": 3.787,
    "eating-place": 3.04,
    "shop-noise": 3.436,
    "noise": 2.025,
    "site-work": 2.331,
    "dust": 3.522,
    "mixing-plant": 5.896,
    "air": 3.39,
    "water-pollution": 3.978,
    "light": 5.426,
    "radiation": 4.37,
    "animals": 5.021,
    "rubbish": 3.275,
    "squalor": 3.52,
    "cracks": 3.229,
    "leak": 3.532,
    "fit-out": 3.258,
    "hand-over": 2.451,
    "unfinished": 3.848,
    "false-promise": 2.271,
    "tied-sale": 6.13,
    "flat-price": 3.213,
    "refund": 2.765,
    "deeds": 2.97,
    "loan": 3.757,
    "parking": 2.295,
    "property-fee": 3.388,
    "property-service": 2.142,
    "owners-vote": 3.387,
    "illegal-building": 2.773,
    "lift": 3.673,
    "fire-way": 3.077,
    "old-town": 4.072,
    "group-let": 3.551,
    "green": 2.721,
    "tap-water": 3.109,
    "power": 3.704,
    "gas": 4.473,
    "network": 3.876,
    "heating": 6.407,
    "street-light": 3.999,
    "road-state": 2.987,
    "road-link": 2.914,
    "occupied-road": 3.351,
    "traffic-light": 3.408,
    "crossing": 2.92,
    "jam": 2.615,
    "bus": 2.665,
    "metro": 2.802,
    "taxi": 5.336,
    "licence": 3.154,
    "school-place": 2.61,
    "kindergarten": 3.293,
    "school-fees": 3.834,
    "lessons": 2.608,
    "school-life": 3.296,
    "placements": 3.881,
    "training": 3.601,
    "hospital": 3.089,
    "medical-insurance": 3.066,
    "wages": 2.814,
    "posts": 2.831,
    "subsidy": 3.417,
    "settling": 2.493,
    "moving-out": 3.021,
    "land-plan": 1.9,
    "villages": 2.374,
    "public-place": 3.6,
    "market": 2.413,
    "lending": 4.159,
    "fraud": 3.745,
    "gang": 3.11,
    "vice": 3.784,
    "case-progress": 2.947,
    "tax": 3.554,
    "permit": 2.468,
    "food": 4.103,
    "smoking": 5.714,
    "corruption": 3.932,
    "drowning": 5.714,
}
COMMON: Final[dict[int, str]] = {
    8: (
        "AFElALLxANF0AOBQASNjATOyAUOdAVl6AVugAW/PAaGEAb+3AcnlAdPbAebEAipbAjGCAltmAuylA2OIA9FOA+QiBClqBDIIBEQy"
        "BKMzBPmbBWazBYW+BdmkBjfiBqRvBrpIBtoDBuFLB0mBB4ZfB8nCB88vB+V3B/TyCB6aCKR2CMexCPdtCR7rCTBCCWYlCWdjCX9g"
        "CbSHCkPpCpkdCqqcCvo5Cv4+C1H5C1x8C2LsC2yWC4oKC6/GC98EC+kKDBs8DGhnDHtYDNzHDQOLDVIADVnWDWbMDXmqDbHPDf24"
        "Df64DiXJDqkrDq9YDrf3DtqhDxCKD4vWD/ArEEzTEFAWELBRENG9ESbQEmtPEpNKEr/fEvTQExakE382FEAvFLvIFOpBFRM1FT8t"
        "FXxCFeKcFeokFll5FlmPFoxKFrFNFunuFyVPF9D4F9EFF/S9GBmxGB70GCFSGFwtGMOMGMx4GQJbGXrcGhv9GmQUGzsyGztWG6SU"
        "G+T1G/v7HBcSHCfAHN9oHR6THVhvHWkMHXDpHeJ2Hmy/Hm5zHrHVH+yUH+7zID0vIEwjIKcwIMPdIPZsIPhRIQbMIQfsIRRvITqe"
        "IWz9IZs0IaVPIdY3IdlvIjetInQWIoChIsBCIx09IyieI6eOI6qsI7GHI/E5JFFoJJK+JL9VJQtiJWkyJXmVJckxJgBjJqfjJuob"
        "Ju9aJvqlJydKJy6oJzCPJ4CIJ8GoJ/MCJ/csKDj2KFyxKI/dKSWgKZR+KbDXKiiFKlrEKpQtKqCDKr1VKr46KsBHKwNXKzmoK0/u"
        "K2pBK5kXK6vxK650K+9ZLCD5LDKQLJjVLLcaLPNSLU6ELV87LlU/Lmp9LmvILv8nLxxNL0xrL5bLL8s9L9i4MA4VMCxnMId/MKcP"
        "MLmOMMPhMNPhMObyMSjzMTg8MXwTMYlhMfqQMk9RMlv2MptmMvFwNCtuNJ8KNQ8LNW+TNZwYNf0WNgQcNhK0NkhCNmh4NpNWNrc2"
        "NtBzNtUNNyQNN2PVN5wgOD8HOGrjOKAPOKnUOTXJOVupOcEDOm93OptGOrY+OsqeOtvSOuPZOwauO58WO6EXO89/O942PEfmPbA8"
        "PgfpPjMxPkmJPlEmPotPPq+9PycYP0//P3QhP6JlP7wrP8N3QCW7QIpAQOZxQTKUQZxBQa85QfT3Qg34QjJAQjrcQn8hQo1gQpR8"
        "QrYlQuT4QvCGQyYMQ0kfQ0qzQ3w2Q4NOQ7u5RGQ+RJxfRSpNRXqPRZhBRb0zRevWRgfCRhVMRlV5Rm+7RnmhRpcjRuV9RxMoRxsN"
        "R0SdR19tR4w7SG/rSHjhSMSGSSHRSSnhSTsYSWI8SXSRSZKLSf1xShb0SiNcSlIjSn8/SqfDSsPESxxMSx9cSzHyS7RWTCsOTH+Z"
        "TNqoTQidTQjnTX4TTYmNTbIxTbtGTb1kTc4oTfX5ThaGTmCuTpAWTpHATpRoTrdDT2h7T7UUT958T+CJUCsDUOJtUOsHUPpPUbYg"
        "Ub1gUcVhUoaYUuNvUwqvU1TZVGRCVI0CVI5gVKwwVPpyVRexVSSfVTDPVXVGVaUFVc1UVgdhVhI+VndIVt9XV7pOWAedWBbAWMm/"
        "WM7fWOGJWRd1WWPuWZXCWb5rWhaKWizDWl9ZWodOWpCuWp3qWsv5WttBWwfSW2eMW3f/W4QKW7gMXBd4XCZrXDy+XFQiXINbXJRq"
        "XPySXP48XRWEXUVNXU63XZCBXZFUXcwAXf/XXi8tXjclXqGcXr4jXxFiXy/OX6UQX9lrYHqNYJgcYLyeYQnNYR59YYWJYaKdYao5"
        "YdroYe4WYnItYnRkYqhxYrHzYrv6Y8xlZBjzZE0FZG2CZKJaZUMMZcKpZrQcZxzNZ0vfZ4QPZ7UqZ8H/Z/FPaB6baDFgaES6aGwQ"
        "aKnWaNvjaOAaaSVXaUMqaWHnaXUIaaHOahFRaiZ9ajg6akWdakzjam6Vap79arYKaw5Va0Nda2B2a3/ha6YrbGXWbNbybO7pbO8U"
        "bTSUbVkbbgrYbjLXbrmobs4pbuP/buQAbxa1bxkRcA6ycDtgcNPycRTBcVaIci2Zcm2Hcpx8c14Dc2oDc353c748dA/CdFVcdJ+6"
        "dLDXdS+WdXG8dYFtdcb5dg+2dpXAduPMd1hId/t4eBW8eDh8eGSneO0GeSrkeat1eeNFejbnej7pekcfenYMerPteygUe1Aze2W2"
        "e3wje8Qne9Wse9sbe+0rfAshfBphfB94fJZSfKBUfLVyfLZnfL0HfOfsfRAsfZTxffEqfk4YfmhPfqEDfyfzf4M5f8eNf87KgBOe"
        "gPmJgQmvgTULgWBGgX8kgZtngkCPgkIvglT6gnAcgnm6gn//govjgpgWgrjNgr2wgsE6g0slg1gjg5QNg59/g9qYg+xWg/BMhAXZ"
        "hC4ChGGChOGlhXrbhZ9/hiIchqzvhrcchsJNhs2KhwuShys8h4K4h9Tah+r9iAAkiDaGiEM7iKiNiMf2iSBwiSkZiSuMiUXUiW8u"
        "iXFQifrniky8iozQisWkitl2ixwUizhGi1mhi2/ni3EVi/mSjDUrjEUGjFW/jHR/jINVjIdcjIfqjI6NjSTKjTsFjUMPjaUAjbzZ"
        "jdY6ji1MjoGSjs9mjv6BjzTOjz5pkCeSkDW/kKPOkNTmkOTPkP4FkVkmkXkEkaLskb4lkdEBkfrokgK1ki0fkmUlkoftkpCikqfo"
        "kqpJkr9Xkvitk1Skk25dk4RPk61mlArOlDpzlHadlJVblOqMlOq5lSEilTaClURslWNylXNhlaYSlp1slt5ClzOFl+Zml+u4mEOo"
        "mGxBmHrTmHypmJcImJ2SmbCQmdLbmdfNmjqwmq1bmsOVm0aHm2b9m4hXm7nNnHIsnKkZnL90nNRRnPnrnbbcnfipnf/HnoJsnu8b"
        "nvWOnxXrnxpenylJn7y7oBZvoIlooKP7oKukoP+VoTMWoTvaoYGqoZQcogvaohELoqYfowugo0AAo5JCo5RzpEELpHhRpJNVpJlQ"
        "pJ+2pQg+pUFnpXgepXjdpXtvpeslphANpmrtpm8WprJZpt/ZpxHopyaLpy2Bp0Bip22wp4Kap5cqp64jp+lcqQwgqXJxqbGtqc/i"
        "qfZmqfgUqhWOqzS5q0szq18dq2APq2Utq5HWrSA4rVzsrWaUrZBQreXgriU2rnCurpAprpqlrqkfrry0ryIHr15/r2fQr3qMr6yP"
        "r9xCsAW2sIqzsZQ1sZy0sd18sf3gsgkEsjDasoX2srSSsyCns1Mks2q+s+mAtCgVtF8ptGfOtJaltLe+tL8itWkbtYHbtYlItZsV"
        "tbPztb0wthRRtkXmts2HttI5tt7Ktu+jtv6/txzMt3uHt5vZuBW2uCgXuGouuIhxuJ31uKJQuOjCuSe4uS5muTATuUkCujvjuqxZ"
        "ur2nuy+ZuzC8u8xuvESovMhPvNY7vRWJvRc8vUokvWNFvZFbvfX4vjcgvr0SvuMIvzp5v0CDv0Wlv0uuv4iJv6dIv9CSwBYEwFOL"
        "wHSkwIJrwRWVwR+kwSkDwTncwcH9wdLuwfrNwgoYwhBCwhJ3wkWjwm2Ows/6wwigw2rjxDgkxGfAxJc9xKVWxLz/xN73xTX3xU2Q"
        "xVPJxYlQxbebxl/1xoT4xpXFxqW+xy4Gxy9Xx3Qlx8iFyAglyFJ8yFyxyKvyyK9jySEIyW5fyceVydssyiM2yifhymXwynPVyvzA"
        "yv2lyyb+yy5Oy1XFy/PjzGN4zGTvzMfizOiyzRDXzRL9zSQOzTT2zZ6qzb9Wzd68zg7TziC8ziGwznIszoXOzqwZzrFTzrT5zvr4"
        "z0Fmz+zI0DhM0MuU0Rub0RyR0TKj0Y0z0dWS0eLZ0mnK0m2X0pyc0vMi0wSa0w5603HN05+20+eP1A1P1BKL1B5E1CIc1PdW1Qxe"
        "1W6P1bVY1dk+1f9V1gaI1kdK1lJ61swu1uAB126x16xz19Tw19VE1+bd1/+w2I1d2JpQ2Ms72ORL2Pdn2Uze2U6l2VYy2a6K2egK"
        "2iwm2i6t2rtz2tyk2uQF26Bc3AC53GK83Qv93T6d3VwM3WTV3XKq3eiY3iA33j/f3kSA3le73mjD3nkw3oZc3oyB3qAc3ttP3zLC"
        "32xV38nu4ALo4CBo4IRc4POm4Pue4Q9P4Q+d4UkY4Wp+4ali4at+4mGJ4moU4qH/4rUq4s0R4yP143g94+Bh5NRS5OKn5R3C5SWw"
        "5TOq5Vqv5Wz45eGR5f+N5h8v5iaT5i435i+65jEF5jJs5lLB5uXR5vCu5xmi5ycg5zH351nF53I953lG55PK5+805/ld6EEm6K+P"
        "6MI46Qxw6R3z6UZ86UtM6UxU6WOl6YUD6ZXz6hmc6k+s6ogU6o0g6uNG65cs68SK7EeI7FjL7HoE7KTJ7LAs7MRX7Qay7Twh7Wqk"
        "70IT76RM7+Hb8AAp8BbI8COx8EUd8Gio8KwD8MAr8Qdl8Uqm8W+C8Y8Y8bzS8f9K8gx/8i7P8kNd8lV18sN68s6G8wTf8wvh831F"
        "86Sk8+Yf9D3j9G3L9ICX9IOn9Kjx9M4o9P8J9RKD9TBf9Won9dw59f609g5R9jtv9qf890W691Xm92xS94sM998y+Bvj+B2P+DCC"
        "+GD1+Iql+LWI+Pqv+QbB+Rks+R4m+U9++VoH+WfP+eKu+fR0+fW/+gP/+h7q+jFG+mzN+oJ++tZi+wl9+2ag+/ky/A5u/Fmy/L3W"
        "/QMk/SpV/U29/ZI6/ZgM/c4b/d/m/foP/j1I/j3j/kR1/mHR/sAI/utj/1yk/5zc/6fo//DY"
    ),
    11: (
        "ACldADsvAGltAL6dAMkMANVaAOU9APYJAVigAWaEAbDiAbF3AdAkAhoZAjMjAjchAkGfAsghAwDvAw76A4jbA5L0A559A7cUBCKa"
        "BCxWBGtxBJeWBKh+BMNDBNC4BNSTBQx1BSjSBS0BBTAoBTdwBW4BBXuiBZJ/BaUMBimJBlncBsaoBvNfB00sB3ywB66ICD0TCEjr"
        "CE9wCG4vCKrDCMl7COMJCZKICad0CgP+Ckn4Ckp6Clo+CmnJCnG6CpSgCp1yCrXJCsTPC536C6bTC78KDCo/DGTQDKCoDKnJDQMU"
        "DTARDVPKDYTKDZDPDZqEDaMDDcX6Dc5qDfGbDp9uDtNgDtPdDuI9DuhzD897D9LAEBEFEBiAEDWYEEsTEHUUEMtaEPdDEVK7EVog"
        "EYdxEakDEbdXEfFtEmOiEmXOEn2NEr6GEysyE1d1E1yUE3a9E7weE8FvE98FE/qKFAraFFHHFIGZFM9kFOBLFOM8FPKSFUdIFX9+"
        "FbMBFdGQFe7HFhOCFn8AFsY5FyNPFz5mF3ZKF5JXF7VSF9SNGFzIGHhnGH0GGInWGIrbGI1yGOcWGQrOGSZBGTnxGZVCGZ3XGert"
        "GgiYGg+8Gm74GnS4GwwpGx+MGzENGzmqG1vBG4ebG4/rG/c7HBujHB6+HDCIHFKjHGnYHHdoHK2pHLtnHMAgHM2wHQeEHU+XHVdB"
        "HaRlHcPSHdAaHj3GHn6lHooFHo/OHrh0Hz91H1OeH33IH7B7IBTbIFzSIF6qIIjmIJV1IMmTINAkIP/+IU1GIYsOIafSIcsqIhoP"
        "IkvuImHbIr7iI0IqI093I6xzJDXlJFIRJF6UJJnyJRkQJU+BJXOVJbZ9JiZ2Jj2lJkjTJm/5JppoJrk9JtmqJtxjJwPqJ0RJJ0az"
        "J1F9J1dXJ1vjJ2hJJ4QqJ6x8J96VKAuIKCLUKGbPKIgXKKloKil8KpoMKrVzKtyuKubfKvfjKwm1K0H3K0/QK2LCK7WEK7yxK9ae"
        "K+n1LAA5LEocLEqsLFV+LLOFLQTlLQ5iLTVSLUhoLW9BLXPOLYXfLaktLa1CLcdSLdqbLeEyLmXgLnU/Ln7eLqkULrbELt0gLutU"
        "LwquLxW0LyqNLzIuLz8LL1+oL3D3L+5VMAeIMDrjMHK1MHNbMHb7MInOMJePMKvWMN5fMQRwMSo5MZPjMZ62Mb8nMlGPMm0HMpg/"
        "MpseMt93MuIuMw9lMzJBM2E3M7G6M9NKNHdCNLlRNM1/NM4GNN/JNOb4NS7dNW7bNW93NYHnNYxUNbo1NgQNNgb1Np1DNq74NuBO"
        "Nu4oNvtbNvycNzCONz/wN1eAN1lpN2XxN2f/N246N322N5tAN88PN+J1N+OiOGi+OIrkOLFfORtrOUVIOUpMOVlKOa0LObTBObg/"
        "OetjOj1QOlG3OlX2OrCNOryZOyqoOzPdOzXqO3wQO4XtO7XsO8L0PFQIPGdoPG87PKTUPLQJPMWkPM2BPN/zPT+jPUGkPWQ6PYsO"
        "PbAPPc6VPf69PhmSPnyZPoHfPqTLPrQCPtG4PuvMPy4jP1gkP1lzP4HJP6fWP84OP9KAP9XJP9xoP++AQBfGQBfnQFlnQFtQQJuk"
        "QJu0QKqdQLlVQP70QRrxQTURQXPIQXoCQYYTQYs3Qc2PQd0eQe1rQjOKQjU1Qpc8Qr0kQtmoQtuGQ0vqQ5HIQ6maQ8itRG7eRIjy"
        "RLd1RMDYRQXWRUjmRVMoRZinRZ/vRggDRk/qRl21RnJaRuSuRxW9RyoQRyp0R5XqSBbuSDupSIAaSLFYSNtDSS+VSXFOSXqtSXzk"
        "ScuASisjSjegSm12Sm5XSnYuSqAhStbFSvUKSzMHS3XDS41uS8uuS+fcS/XmTDRmTFLBTFRtTF7vTG8DTIsPTKvDTNcDTPa1TRyS"
        "TVvLTYZqTYdZTZIaTZnsTZx5TaL7TbHWTbmBThCmTibwTngITpN3TqJpTtcIT3fWT4mdT5QeT5aST58ST66IT7FHT9q9T/IoT/b/"
        "T/qkUBT8UB3VUE5zUF42UJLQULagUOWVUO/OURYHUSvEUT0KUT0YUUdxUVA8UWCfUfSbUhQJUhULUk63UlgFUqBfUqigUuQMUv7v"
        "UyifU0hYVDdyVFipVFqOVGMbVKzZVL5LVOr7VO7EVPMBVVeSVWj8VbRvVeJHVfcDVf3EVhVmVio9Vj6ZVkybVl45VoYQVpB6Vp8g"
        "VrJ1VrljVtirVur/V0PNV1NMV1XqV4aTV6HbV6fiV6i0V6nyV/5HWAwnWE3UWOV0WRdUWWROWaoAWbbLWdx/WkhYWl/dWox4Wp65"
        "WsMuWwarWxRqWxsIWyRwWzGcW1G8W2BXW3qBW5RXW+ITXCT8XH5rXKMEXL1zXQMUXROrXSm6XWFTXWZyXXJcXaepXcxDXdm4XeWY"
        "XmsQXnziXn6cXoFDXp1eXramXxuRX03pX19/X8O2X8lFX8+TX9B+YAqfYIAFYI1kYO5eYPGLYPreYP/QYUU7YVi4YWvSYXGLYXW9"
        "YclEYfZ4YicBYi//YjpYYnN7YnlbYqKyYrWyYtiAYzN7YzznY207Y4jpY6ggY7gFZAwgZEM5ZJsWZJsuZKGnZTV/ZUCKZUhnZVA4"
        "ZVVfZYKyZgA5ZgZDZpihZtNwZvY8ZyVMZ2nPZ4n8Z9hEaGOmaJkSaMOmaRfPaU17aV66aWksaZIFaasVaemgag5iaiTMakZ+amFe"
        "aonhaqdQawRTayDiaymAazZza6Dha7qNa8gGbAoHbHH9bHfdbHuubK9cbLw4bL/obMlBbNEdbPQbbPnqbUDAbURDbW3ubaIFbfPr"
        "biFGboTCbrAubwfCb1Aqb2Lpb4WGb6fyb69zb71mcAyacAz/cBa/cDTGcE9ucHTIcK9ocNfIcPancQWZcWkhccKAccUXck/9clAt"
        "cmnYcqXbcrUxcu4AcxABc0rnc1fRc606c7Uuc9PZc+X/c/dNc/nfdCdtdDWgdDbJdFDfdG+fdKp+dLVIdNoIdQWmdakrddo1diaN"
        "dididiu5dkUSdl3Odn4WdwtUdzK9d3sVd47Xd7Qmd7WNd7Zfd98yd+3KeCsueEwoeI5LeKdjeLIieMF9eMgyePdGeVuOeWzyear6"
        "ebiAebnAeee1ehEnekyjeoJPepRQepm8eq6EeyWLezzxe0yNe1Mge7F1e8cLe9VUe+f8fA7HfBFhfBarfDAPfDXGfEspfHz9fMYV"
        "fPc6fQG2fQflfWGJfYAafYtXfbsPfcETfcmKfdHAfjsXflRCfl1Bfm7Ffs7Iftd3ftigful2fxU3fxWCfxYTfzBUf0I0f40Sf6uX"
        "f7+XgARpgESSgHTfgIDIgM3TgPWjgPtVgRSVgVfZgWitgYKWgfNKghSYgr5IguXRgzNngzalg6WshASthE5OhHmKhKR2hNGehO+J"
        "hQ8hhTPzhUr/hXzrhYJCheHMhfNThgTxhlMjhmg6hnGehnrdhn01hoHKhvKfh0B/h2LZh2pPh48Th8G8h8NQiELgiGSxiLG9iLL2"
        "iQDQiQ4hiTcCiTd2iWVniZ/GiatTigaIihbTij0bikngioxyiqhiiqt2irxhiyIXi3T4jBoojBsejDQsjGkFjGmijJfAjQ8gjSIM"
        "jSk6jUaljWBhjXl2jZANjbaDje7/jfkljf5Tjj4UjmXDjn65joJSjrwkjrwnjt/hjxGzj2i7j4QMj88gkAygkBg1kDJOkFAmkItm"
        "kL9fkNBMkNjokNuakVAWkamNkcjGkeg3kfbpknnOkn+ukoZUksMOkuLRkv3qk3rQk4fMk5Igk5Tfk6U8k6ayk8Pck/kJlGXclKuv"
        "lNdUlReOlSnilULslVwQlbRslbmUlhZ9ll2MlnDplnWdloW4lre2ltqxluTmly7SlzMol0eMl5rQl6CTl9ulmA1tmBENmChhmFDq"
        "mKIlmK4+mOFRmOZTmR6XmTEFmUdVmUo5mUsymYW5mdlbmgoLmj8pmkhpmlBXmlw+mqhAmru+mrzRmspXmtX1mtw+muGFmunpmyDN"
        "myXmm0T+m6E5m9eWm+tsm/LvnADpnD19nHp8nKzVnM2PnTOcnTVInVLPnWAKnXDanYLpnYv4nbfPneernffPnhBKnhtwnlgcnmbH"
        "np3vnqotntOpntqUn0Wln0jxn+nRn/jjoBwToCPToDe0oG6VoI+qoLDyoN2EoOetoPgroYcGoZi3ob+Rodx+oex8ogpGohqwoiHy"
        "olWRolyIoo+eouV5ovs+ov8xowQ0oxPYozHmozi8ozj6o7ulo+bhpCq7pFNdpHTEpLNvpMNYpQvapUgapYd2paPTpfPFpiTtpkbL"
        "pkuMpl/ypoEPpobuprEFpwdQpzvXp5zXp95Bp+bNqEPXqGEUqIcuqJTDqJs0qMmrqM+6qPGdqPt6qQ6FqRlMqSSuqWQ7qY21qauP"
        "qbCwqeAZqfgRqiiaqlRKqmxlqo9Wqp4WqqZnqq/9qstwqtr4qwB3qwsFq1t2q2jBq2vQq6h/q+NZq+i3rAO0rIhprJ9urK4TrLxM"
        "rPkWrUAsrVPlrVVgrY6+rc8mrdCRrjlhrlE/roM3rqsArr2VrvCcryf4rzTvrzz1r17gr9omsEHtsFYMsGc/sHd1sH9PsLo/sL8Y"
        "sNSNsPD6sPnlsRbxsR/wslnIsn4jsoIYsocqspE0sspXsvlYsw64syi4szGEs3G6s4RAs6L1tA68tCHDtCkstCw6tG8ftJm/tMlq"
        "tNrYtOIxtSkLtSvntTOgtUuttU61tVEltZqFtanFtcB5teNttmIltnxgtohLtvP7tvixt18Ut2ydt4djt5Uut6ONuCrduD3SuFNk"
        "uIGUuJiWuJ4quLkpuLuyuMOSuPaxuQ3uuREpuTK5uTrfuUz6uU4juVzoua70ueUiueYqukO3ukx1ulANuoC9uplAuu+Xuwuru315"
        "u5LPu+hmu/TEvDZAvEaivIUovKZ1vMxJvNI+vQ2LvSqJvbiVvgVIvi0svjsvvkMNvlRGvofRvp3rv0nUv2Kfv8fnv9jVv9yVwCFG"
        "wD+awIc7wKYawNF6wSLEwU7LwXm7wevuwjgtwk0Lwl/zwrjZwzUFw08Dw3u1w5nSw6Lww6hbw9uFxA5NxEZKxEj0xElAxLZwxP7/"
        "xQiMxQvKxTjCxU9CxU+WxV9RxZdbxb1wxcLaxcn1xisGxm4yxnpIxtxdxu7axy/PxzOixz4wx5gHx8P3yFjXyIFyyIk0yLzSyNcj"
        "yPCHyRu9yRxaySfVyXb3yYxKyZOPyZWnycPbydyCyjp/ykUsykk/ypDuywLtyw8cyzMayzkVy33Zy7eUy9tdzFGAzGbmzHLVzIcj"
        "zKWMzKryzKzDzK3TzLuFzQHlzRRazR92zTAIzU6uzU6yzVarzVzqzYbTzY/YzZEuzbmLzdv/zgFxzjUjzjunzn9hzp98zr05ztBt"
        "ztJUztUbztmWzwcBz2zLz31tz7XIz/yE0BjD0DlT0Hti0NNa0NYn0Sb/0SvS0YSh0eTK0ghk0hRf0keW0nim0oSa0ofo0sSu0uKu"
        "0wzM00o3009O03nv08MM08c+09Lj1BKa1CYF1CqE1CyF1D9B1EZc1Hms1Hps1ORo1OkX1R8t1TG41T7r1a8p1cfk1j461k9I1qWn"
        "1q/41rfG10hB11So12yX15bX158i18Dg1/WY2DSz2FdJ2Fnq2GyH2G0/2Jk/2KPe2LDt2Ms82OW72OoM2Sos2Sxi2ULY2U8h2WM/"
        "2XIr2YVA2aGd2hp72nRb2p5Y2vI12vqH2y2D2z1022UB22te25Sz28NO3D833Ezb3Ftc3HfU3M6y3Oi63Rlr3XPs3bVh3cd33fjV"
        "3f0M3gJn3hFl3hf+3h+j3iDb3jeN3nxy3xWV3yE738Jx38/T39bM4DpK4HX+4Og34QSe4R9U4UCd4W134d4a4hk04hm74hp04h6g"
        "4k6g4lxu4mGh4uUc4vFG4wVy4yp840V742QA431046Fc46u548u/5BCA5CeN5Dgb5EBB5Gqt5Llz5Tz+5WDW5X9w5ZjU5be55byG"
        "5dKk5eZR5jWB5kn+5k855lD85lfQ5prE5sRw5uL65wX15yn/5y7855P956m157Xw57ts57wj573a5/Ny6Bn96Dhn6Eqe6FD66GCc"
        "6Ikt6KJb6K9B6LsO6Mw06Oex6O+A6PJc6QG06R8/6Uae6WyG6Y0I6bxu6cZH6cZr6csd6eJs6fY+6hfx6j1z6lWW6qLd6sIR6uZi"
        "6xIA6xlz64/V69cy6+Nq7A4p7Ha37Jy07KzH7MHr7Ov17QeD7UqK7hAi7hFh7jN67jlK7jo07lkk7ltm7o/N7pFa7srJ7s0h7uAu"
        "7uua7u3q7vZA7vke71Dw75Dj78CF7/EX8CO48DTw8IPL8Jvr8K8v8M4t8N+b8Ozo8PDT8Pny8SYo8TkL8TsP8Tsk8URu8YVy8cIc"
        "8ctq8fiX8hWk8iay8j9h8njM8rSw8w4B8xYr8z5F84xV862A87Te88Sg88rD88uT883n89jh8+oB9BgY9B6S9CN/9FEt9Jea9KIY"
        "9LAj9NMl9SNu9Wzl9XTe9ZTX9a239b8d9ch99gY89iIP9qKd9q6W9sGF9tC59vhf9whU9zff93LM941Q98fc99Mz9/vM+BQf+Er8"
        "+E2O+I/b+JJf+Ms4+ND3+P6L+Seq+U8E+adl+bEu+dmK+feI+hQI+n/f+oiz+olb+t/a+vOb+zgI+1ab+1ee+2Eb+2YJ+6um+7Ft"
        "+7yO+9jJ++8K/Avd/Dud/EMd/FZy/Fds/M96/Umh/UsN/Yy7/bnN/dBl/iFy/ish/jjk/oqf/sEW/tiQ/wp2/ynz/zzD/9dV"
    ),
    16: (
        "AC3iADjMAFvcAQ5VASqxATjrAVgqAXHYAfXMAg4rAi7cA2bkA3hiA47+A98NBHSoBJ/QBPwtBY0mBZemBp/MBrG2B0nnB1lVB1ty"
        "B6v/CF4qCGvyCLkSCRD+CRiOCTx7CYv3CbZHCd4wCeNLCeP2Ci+MCml/Cq8fCrbBCskDCzJRC94iC/i0DAJ0DLzPDMqGDQvIDTYC"
        "DUGdDUWQDb+TDcRbDdWVDeBlDkOVDmQkDn+uDpXuDtmDD1yDD6lMD/WrD/YjECPZEDP4EFmtEIHgETgjEUchEU8wEZp3EZ5eEe/X"
        "Eg/dEi+bEj7REm9lEopHEvIaE6nKE7szE75lFCAzFEjGFExMFJUnFOaNFPF+FRurFSXTFXGWFXK5FXYwFY1+FbIrFf8uFlVbFuzt"
        "FzDTF3aRF3+qF7S1F+/0F/G/GA7lGC5FGGHjGHOdGHffGITCGM3KGPtqGR7bGUQwGYHCGfGSGf1hGhDlGim/GlrcGoaTGsqHGs+9"
        "GwTJGx5PHB5NHIT7HJ0bHK04HLhiHN/yHV5zHXciHhArHhqTHij3HnLrHpMsHqJiH8NOH+H6H+eTH/HiIFv3IPHZIPl5IUGaIZHi"
        "IdtdIgD0IgLJIoNoI027I4AeI5u3I6KfI7+zJB63JCrnJKR4JLCIJROBJVekJZEaJfK8JgqGJhiRJmNcJnTHJrEaJsfnJuIFJvZK"
        "JvxmJ08TJ1biJ2W5J2lnJ/oYJ/uxKAnJKA7aKERQKE0MKFFBKFafKHBEKKIRKKcgKN7+KSj/KTfJKWMDKXLFKXiiKqCoK2u/K3Pc"
        "LBTpLKUtLLyULMzwLM5tLR/ULUiNLX5gLoJbLwkmLwx1Lz//L2dWL35OL93yL/9EMAy0MEjaMP+AMSrvMU1MMVyhMWBWMZ2nMaG1"
        "MhKWMl60Mn2VMq6cMuoZMyddM1jnM4nHNDA3NJ6UNPJZNTZgNTr2NXUbNbqaNdNzNhdUNlaYN3+tN4BTN4foN6wcOA92OJ8pOMZE"
        "OTpKOUF8Odi5Of5uOhNZOlCoOllLOwpMO0K+PDWSPDjIPEOWPOz4PPVUPQKZPbVKPbnhPd3/PfefPgw6PhikPiTXPiVHPiiXPnTt"
        "PpCAPsoBPuL5PudVPxncP4o/P6aKP7u1P8nVQDKWQExhQFNGQF9MQNqPQVfNQXfLQZH9QiR4QjUPQkhgQv1GQwvjQx53Q2nRQ3vS"
        "RA59RGSERIlARI4XRLwZRTCgRgOeRjKaRpwnRxG8RxNMR0LSR0LwR3NPR7ZHR8LVSCE0SMygSNufSUCCSUfsSVeYSX2uSdRjSeBD"
        "SeGgSgWoSkH8SnYUSsD3S4jaS4tUS6RATC4hTGoZTIwVTI9ITbnXTdFQTjF7Tk4YTmMKTrtoTxdNT4HHT4eiT8D2UCBrUK2XULoL"
        "ULrTUMzbUStGUT4sUWFTUdaXUfPtUhlIUjGWUkXQUlFjUqXiUtzlUyueUzbLUzsZU1KGU16yU7H3VDj3VKseVPa6VQqPVRgOVSqE"
        "VTe7VUZWVaw2VbzyVfH4VfaaVilsVq47VwZbVxksVzZ+Vz2sV3QoV3fwV5JnV/8UWDJNWRWzWV9AWaHHWcp0WipHWrp5WsPmWtHx"
        "W1C+W1U6W7AbXBaIXD3fXEJ8XGS9XJHKXJHwXKBDXY6LXdOxXgbsXhXlXhuWXnRIXszoXv/3XzqtX2qUX3wYX6j0X7NSX7jMX7/D"
        "X8MMX/BeYFd8YHUqYIqkYKlyYRNmYSezYUmIYViAYYi5YdqFYeqMYgaLYiM9Yi1bYkHTYkdSYk/iYn5vYsQHYtNqYw5vY5lUY+Yj"
        "ZKf1ZLBtZLbiZPjYZRmtZeImZljdZpySZs0gZtxEZylLZyogZ3s9Z48/Z6zaaDbvaGXCaJGDaNRDaPgUaQakaXNdaY5AacJlag1l"
        "ahSWahzDakwTaoyTapcKapjdarCParYZar0cas8Qa0MPa1jga1xLa381bA1RbGISbG2WbIL/bITMbJZbbOYBbQe8bU+nbXbobYp/"
        "baYJbcbgbcpybfJXbfzSbjUbbkoGblF8bodgbwHpbyzvb07wb1qQb+dIb/UlcANocFG1cO/tcTldcU5HcblucecacjEicjtrcuC/"
        "c0DEc1Sdc6ggc8q6c9ZAc98mc/GOdDHAdDXFdEusdGa4dWF4dX1UdYY9dh92dlnrdoXxdpXkdsm7ds9jduked4gHd6Rpd662d8xx"
        "d9w6d94ed+3zd+6oeBrJeHRSeHd7eNzzeOh1eXF8ejBRejGVekTeeqwQevlUe2gye3Jce4Ome5hGe7f2e9xYe/1XfAjMfG5AfG8P"
        "fLSffRXufVZVfZ+Rfbkrfb/bffVKfjiWfrGoftB9f53/f58bf+3ngBFMgDZOgHj7gMzRgYcMgjvUglq3gotGgx4gg55ng8gBg9fi"
        "hCdUhJaphLNWhMajhOLphPiXhSB8hSQOhWmBhWymhajKhbSThh9uhi9qhkDShni7hsdJhsnNhyrBhzPOh5JXh9WDiA0YiDWGiDs9"
        "iGepiIyYiOHSiOU/iSzbiYyyicAlidi7ifZIis7Fi/CZjH4kjJ9ajK19jLu2jSnAjVk7jaLtjcT9jeT/jpl+jt1ejucij3ODj5Eh"
        "j59Sj6hjj7Acj7wOj/PTkAMmkHKSkJOqkRSrkStVkUR3kZjjkcCTkntUkoPmko2EkvIZkvyUk0jek0lek0/Nk1oTk9wVlFSclFqE"
        "lIdKlJPblJQ+lOfslPUrlTjHlWx1lcYqliomlnINlsMBlye9l1EDmJtjmOrpmRpDmX/bmYvQmb30mfCNmfifmgWBmp3AmyVAmzsp"
        "nALdnF86nHxvnIORnKH5nWlAnX5mnfMMniu+nji8notbnpQwnp85nsRDnz1nn0GSn74nn/8HoCv1oH9PoJp+oZVXoZZzodmXojtM"
        "okg/om9oooAyooQHooxiotcGovpZo2MIo79tpBANpB99pPdipPgspQrrpddapgNJphdfpjk9posKpqSopt5opvmEpwJgpycUp12G"
        "p8Amp9G3p92pqFXlqIHoqJYbqMF9qNGkqQTHqR0dqSB1qTQoqTh/qa8TqqwiqrQXq0HYq0Iuq1YZq4wmq73trATXrBOorFjWrGVr"
        "rI7TrOB5rWh4rhAFrk5OrpXVrvGtr0Lmr9M1r/JrsBXnsEkFsIc5sM9RsYW5sYdLsaD8sbpOscolsdI0sd9tsffysiJksiXvsizu"
        "spXkspi1s34qs4oUs486s61rs+Aos+WTtCXdtRwStSUjtTbktZOItd7fteFHtjDjtjETtkqZtqYGtsuGtvYItw22txeLtymut14N"
        "t2aat4QNt8MEt//HuAZDuGJnuJb+uL0huQe2uSamua+NucQxuesEufaQug8YuhUZuhdyukmjupI8upZBurgOusvFutBuuwg3uxE6"
        "uxP+u4/0u5vMu7hyu7rSu789u97Yu+YEvJ7zvNctvQq7vXZfvY/PvZwSvcTUvh0Zvh2YvjKwvlmavoaRvoeUvp2/vvKrvxuQwAuC"
        "wFwowISBwN25wOz4wQL+wQs7wTd3wU4pwWYtwXeswiqdwn5Zwrnbwr/Fwt6vwy1nwy60w0ZOw0aPw0fWw4X/w8MmxAk3xEtixRwx"
        "xVyyxXMVxfsaxgEQxoVlxo9dxpIexp7WxvPNxvtQxxUfxyECxzsUx0XKx4ZFx5PEx71RyDb7yFuYyGIXyK5YyS5RyZFdyhB5yhCZ"
        "yk0pylPfypODyp2FyrZIy2VDy7tpy+Hgy+4kzB4szCn1zJIrzJbIzQy3zXq5zYpEzbXWzbjGzfFJzmB/zoeXzo3Uzwoxz1/Nz4NY"
        "z4cqz5kJ0Dsp0GSH0JwH0Nxd0QI70SkO0S9D0Tzd0U1v0b1k0cyi0dqp0d6h0igw0oXS0qHy0rY70r+Z0udF0yOn01jX0+b11Fhi"
        "1Fj/1GYJ1KSz1PaB1P2u1Srg1TCI1TIU1W4Z1Xzb1mBp1n351uuA13yE19G92DbK2D6M2HfI2Jbl2Jmi2MK22PbC2UUB2a2z2fwm"
        "2f802h702itI2lXE2oZn2tqv2x3P2zQJ21Ps21cs24CS29Sp3ApV3GOF3LL73SZl3Sj63WnT3XFh3XtQ3aPa3h1B3kVH3mtp3nM3"
        "3t2j3wbM3w8B3xlj3zEk30au38Il395c4B3u4Cpb4Hrd4JT24ODT4T5M4Xo+4g374nh14pKD4upI4wU34yS441VY47cb4/Do5KgK"
        "5K5M5RF25R5a5TJk5YnV5aKX5fUK5gvf5h5r5jLx5n7U5o9V5pKo5qHh5zWh6DTq6GHh6NMV6WNl6XQj6Yy76nPR6sBS6s5A6wjV"
        "62aC65Yj65r967B8675d676l7KLm7L0H7PJq7UCa7UZ07Wlp7bIV7mas7qXW7xRG7yh875bl7/nP8DYy8EXY8G5b8JTZ8O3/8O72"
        "8RV58Rj38TSI8VmW8X0V8X6H8YOv8Y578eLa8e+o8f6k8hp18lPw8nzY8ojp8rJC8sUM81II82BV82ZS85sw8+8Z9B1M9B8w9Cmv"
        "9G969SCN9SxF9Vto9Wew9lB49xgl92xZ99I1+DF2+Nbs+Oab+RIW+Rdp+Tud+V1G+WWD+Z3X+abQ+dw6+gwr+hER+h3q+uUI+vao"
        "+0NC+4jT+4xg+6Oe+8QX+9J5+/3W/BGh/Cjy/FCF/GxY/HHK/K+U/R0C/Tnz/XBQ/XYF/Y7a/ZzG/ddG/e4a/isZ/mI0/p14/uWk"
        "/xqQ/5HY/6pG"
    ),
    23: (
        "AIkCAbPsAbbjAcOlAm4EAowEAvD7A7vEBEO4BI7+BQYCBZoXBhonBnHdBpp/BqfTBsUuBuwIB13YB4lpCOBICPS1CR0eCXPHCeII"
        "CifpCxw0C8T4C+wdC/9uDAriDDfjDEt8DNucDQryDRAODY/6Da7EDgNiDhpIDzrXD1lRD9sXEA2TEEDvEK6OESwfETfoEYfqEbUH"
        "EcytE5L/E+/9FFkyFHydFKkrFRQHFU94FgsgFqYxFrgVFwXAFxWMGH4dGYswGbFpGbkMGfTpGkNhGnHAGvhwG2Z7G2dpG5JLG6ZG"
        "G6iqG6rKHSURHSjAHTjlHgp5HiPIHigpHv97HwyHH3F4H30KIF9JIIZVIeCIIpMkItsWIy+UI7vLJEaMJJcKJXZzJX0mJeCaJm4U"
        "JwsqJw5LJ6oFJ76OJ/x6KDpUKFgbKcIxKyPUKyyYK4E9K5yKK8HsLIX7LJ5fLWTcLYaALdEoLkSCLk0wLp5pL0l5L9XDL+kkMEhs"
        "MH//MKF/MKOJMMrVMgN4Mg6XMh+RMioJMiw8MydsMytrM47rM58nNHsINWkQNYv2NanFN1hmN2npN3DFN7aIN7whN/AqOFESOMj1"
        "OS1COT5dOWdQOYmBOdkqOlL4O7HoPD+MPN6BPOLgPXGvPcfLPdKrPdp/Ph17PqQmPsr6P0viP7kqQANfQBtpQDpSQISVQJ8TQfJj"
        "QisMQl+BQq95QtYcQymDQymxQ5SxQ9iORBaaRBusRFnnRMYWRRyXRcG1RqmQRtkYRzafR2atR3mHR++QSBk+SPSCSQmbSRMbSWMs"
        "ScW2Sec/SkpISk2XSlh4SpH/StqdS0hRS1aQS2OFTB7ATKsITMGOTaV5TbOITbeDTiLWTiiyTtjKT0h3T1oeT2UuT6/2T733UNK2"
        "UZHlUZ/TUcMYUhO1UlJ6Umk/U0TyU2/gU3jCU7H2U+ZVU/HUVHWXVKEzVO0iVUwKVVeCVZdbVhtSVlcGVqHIWBdNWJddWYXKWhg6"
        "Wk2UWn5YWoCKWxvUW8hvW9m9XBNqXG+pXX/0XYuXXb/mXii6Xi14XsxFXvXmXv/nXyq2YApzYGZnYMjJYN+iYTB3Ya1JYhbZYnLH"
        "YojeYp/0Yz6BY7AdY8sRY83MY9eWY9/QZApKZBkKZB4eZC74ZEWrZEbMZGZQZPZzZSJkZSZPZdSCZjRNZukGZvdCZx+gZz/QZ1O8"
        "Z2ohZ3zEZ32KZ6slaC9caQ4Dac0xagcfa36Ra71YbHJ9bIbLbMLvbNqpbYBNbejlbqTLbu9Qbzbbb8BMb/OIcFrNcM1qcPs2cfN4"
        "cj4fcpMjdIBedPpQdTr3dkFwdkepdmCDdmxDdnccdt4md5uLd8ybeKwleNW7eeTCeu6mevV7e0BSe0rwe52We/PgfF6lfP0GfjYD"
        "fl6ofxYnfxfSgAURgGU+gL6xgPLtgSONgZzegaD1gfd8gh3ZgtaagzQIg0bdg1vng6C2hBJmhDdehFb2hG3phJLfhKuthfYMhhN9"
        "hmdvhm/ThwGShxXhh3+jiAvKiDbxiW1eiZHwiaQyifuoinz9irZVitQEitYeixArjCubjETujHymjXx/jdEGjdrtjoB8jpRYjrVo"
        "jxbyjzcpj6/kj+ZWj/RFj/+bkHKOkQFQkbZNkfnckrpdkvrQlIqBlKK2lUZ1lbujlvgmmAgumAiYmENOmHG1mJh0mLn0mSxumVau"
        "mbjbmeWwmrGEmzGHm7Eqm82EnFFnnG4ynK2VnLeMnVDNna5enhfdnqdPntNRn0FDn/UqoCj9oSPOocAHodqzomBmonYqor/5ouii"
        "oxlzozy2o3qmo8KKo+/WpLhRpL8upSBQpfk5pgM+prlKptYgpx+Gp0XGp5Hrp7upqGJmqRIcqTJSqbgIqglZqmaCqoX7qtr7q+wQ"
        "rDU8rE1yrGcRrKI0rQCHrTvUrVw1rg18rjlornSDrq+6rugVr7TWr753r/UnsKYwsUdBsX7bsk9WsrRvswKxszjxs0zNs4b9s4x3"
        "s5QFs53ctUbOtiSctoGyt1U0t1cpt5LFuSMnucOeuiC6uk7sulVXuqghuxEyu++mvFAivG6fviUHvl9mv4VcwCL4wEzZwJErwQN5"
        "wUh7wfLawh+wwi0bwlQowu0nw2oVxGDCxK1jxdtyxfnVxjJyxvXYxwo1x0SSx2TWx760yCKEyKMDyLzoyMJ4yhc1yiZSyjwhyq3f"
        "yq95yr4tyt5Fyyvey8a1y+bizSQjzSt1zUX8zb7Dziuszu/Dzvplzyy7zzP4z1yHz12m0IHw0IbU0V1Z0XJE0g9T0h5y0whX0xIJ"
        "0yUt00XP1DZA1SjO1Zi61o8k1qaU1qgC14d51/qt2BVG2CRk2M7d2VwG2cbG2m312sDh2sTW2wNn25xU3Aro3DRz3EW73Ij33LgM"
        "3VFr3V1Y3Wan3a753hWi3pds3sHb303M36BH3/5C4JmQ4LTc4UVa4YWW4hso4o+O4ya+4y2I4z0t40Nt5DyZ5O435Ph35QrH5VAZ"
        "5WrV5lYQ5wrc59WR6BkL6XES6X3f6bFp6gS76mm86p5y6u/I6w3U63XI7EAi7Hgd7LTA7LXT7O2+7RId7WGz7jFU7lN/7nHj7tJJ"
        "71Pf712c7+Sb8CYp8Eph8IgZ8MkF8cbE8tYg8vnJ83cO9Kr29LWZ9aq69d3I9jRt9o569tAJ9vmy+fzm+iPU+vgt+v7A+xFl+0eK"
        "+0wY+8Zv+94y++Kp/EeC/EiN/Fdk/Kfw/Pt+/S5B/ZmT/iS6/jYa/rVJ/xd0/29Y/5aF"
    ),
    32: (
        "AAChANPpAbDRAeAUAsdMAwsXA+nrBFZSBKVqBiK9BjIyBjgUBn1uBt+DBvBqB3ITB5+yCCDxCFbcCMtxCOJWCQIrCVA0CWAVCgnc"
        "Cp2/CwtfDNkvDUyBDw/1D1yeD/kvD/q5EQ1dEYAgEYisEdDqEhxbEi1cEkIvEpNaEu51E0wPE9MXFJG1FOOBFmLtFqPBFuy1F1g/"
        "F7CxGC+ZGNkWGPA9GSLPGXevGdfgG++vHEjSHS4GHVxHHb2FHjpYHnflHqS7H52DIUYkIYt6IjI7Ik5iIoEDIpBJIr0nIxLiJB3C"
        "JFENJJ2wJl8dJo4KJslPJznvJ2KbKCsHKdvCKqsrKsIEKuLgK9C5LMbALOAvLRnqLSa3LXm8Ll7CLmlULyM/L/PqMKqbMMXFMOwd"
        "MRbAMVQFMZ2eMeBYMnFBMtDZMyHHM8iBM9URNAXvNKFZNlD2NxEiOaRZOdqqOeqFOgAKOjfAOjklOzm3O9H9O/fOPQqgPRL2PSaa"
        "PbfAPbpkPnQEPrMDPxtHP2DnP8ubQDABQFqIQMJeQW5bQhpiQiLhQv95Q5uyQ8TeRG3yRLk3RNZhRUDeRVJURcy/RdWzRjRSR/q8"
        "SFEPSFSASHIBSPl0SS4uSYmZSbd+Sh78Skc9SqKMS4f/TA3YTCihTEqXTI2+TQ6cTabATjhZTmHxTm1pTsVZTsdKTtyKTy2eUC7Z"
        "UElmUJd0UKPCUNUaUNjXUN9kUSO4UV/WUd0jUeUtU6GgU8ZkU9EvU+auVKb6VZnrVc2sVfK+V4bAWHQbWIOGWWUfWafHWcbOWiaV"
        "Wm2sWnCHW8KcXId5XTwdXXaiXc7sXlLBXolzXpsKXyfbX1d4X8XGYiLXY1+BZDCHZKVlZNcjZS0IZl5yZ3KpZ3/uaH8SaMMeaOyJ"
        "aYJXaZK1alt0am/mapUAapbBayWua8YpbTs7bZsIbtYVb75KcIWrcYzLcrbucxn8cx38cyIHc3Zqc8Nac/psdAJxdFasdG97dLTH"
        "dM37dPy/dVVpdbRvdfAddy2adzz+d48Ad8old+4pd/bJeDvzeNM+ehj0ej96e8htfCu8fE+cfXU0f/gjgE2qgGRpgIvfgLsmgUXq"
        "gWCogXxFgd0igkrcgsPjgyWDg08Tg3wbg7Efg/bnhF/nhK/phVp8hW5xhZyahj+bh3SdiDdxiJLAiKU8iR89iVMrictFikorileS"
        "inGUipyFiuMwivroiwpIiy3Ri0WfjLRgjPc8jUCzjZ9zj98xkEK8kQLZkajBkqdjktlVkvb+kvkMlbnSlgHyllR+l01Cl70fl/JU"
        "mA/rmFxOmQymmXlAmYZBmdi1mqwEmveXmzPJm2a5m5sam62km9tVnTp6nZySngUBnhz4nnh8n32Nn6lXn7QDoE+VoMFjoQHRoxSf"
        "o3cjpKzxpLfMpXBGpg1vp0oUp/2qqOrMqP7Jqki6qr2JqyxVq4xVq9nmrHFzrM6GrWR5rabRri7/rjRRrlmdrzPVr41zr6BisExl"
        "sONysVEjshV/s0sss4xGtEs5tPULtRljtR16tidPttfiuEsWuFuuuaNQue7Tuw5Fu5G8vMslvVj5vX0kvgU7voXsv3hyv9yHv/or"
        "wioZwnbDwn61wqvdwxAtw2Vuw2nXw3EAw9jyxJ4txKESxKFaxSlVxVRFxgXpxoJyxqNUxx7ixzShx8c/yBs+yGU5yUvWyayBycX9"
        "yhdPylvCy1oly18iy2Rly3Kly9MFy+ObzJNRzKswzQMlzSEoztQ5z/Lu0Als0QqL0ZDo0iUz0uoI0xff0zJ8088Y1DJM1FTp1Nf+"
        "1WTU1jFQ12mc13IF14wZ17vy2Jhw2MIA2ZHE2d5J2kGA2/WK2/d82/0A2/5h3E+y3IFT3QcT3Vyg3cRZ3ldC3lqD3qsx3rS430Hv"
        "39BP4Acp4J4f4Pdp4YTX4Ywo4ZXa4fyx4qnq4xo147dA5ENN5FPh5Jhy5PA45QU+5S7Q5THA5rPA53Ap6Gov6Nm+6S4p6cf26dl/"
        "6jX36kuP6pKc6quI6reg6yF/63QU697M7BlZ7KxW7N437UPh7Vbu7fSR7ggX7lXV7zhv742t8EzZ8Nni8PIl8TD38qWQ81LE86Uk"
        "88sr9KOY9i5b9qDW+BSo+VtG+XMV+aKN/ZeW/aDh/lsX/r79/3Ok/7Gy/8Nn"
    ),
    45: (
        "AVT4AcZuBRcKBVRpBkD4B0trCLYDCOj6CW/7C2fhDVu2D5hlEJ+7EcISEsWNEuWpE6EjFE/tFInGFZnaFczqFm1kFnpkFwigF1dW"
        "GUyVGXRJGde9GgE/GkDSGlhNGrE7GuazG280G7REHDEgHGdMHOxtHXNDIMrwIZAPIb6cIdPSI8DMJWudJbGVKRcsKW5wKXHQKZdR"
        "KtCZKzueK7ZFLFQULQ+FLzLrL8DFL/11MySvNFGhNVrVNZnKOLLEONxxOQplOUSvOeYZOyuCPB+CPjinPx6bP1raQLykQiIMQrPD"
        "QtC6RJ8ZRV/lRevhSM2TSh/HSkWVT0UaT3GCUNvQUdIRUd5lUnouU/eiU/5cVajLVc65VphMVwutV4JAV/bRWPG1WcyEWl+iW2J/"
        "W5jOXC61XRnuXTIWYjAnYqh9ZD9EZHfYZJ16ZRIxZdgpZeVKZkh3ZpJFZuEsZ5W7Z9JNZ+7vaMeYaSqoaVxJaduPampUanKdaogU"
        "ap6natDDa/isbHf1bHhLbjQqb6qkb8XScAQWcHgZcKjycVvhc36LdCaUdJxXdPDzdRvydccYdhQcdmnYdnEYdzSAd0a0d5m2d94J"
        "eGZIeJr4edgpejn7eqCtez9Ge8wDe+ARfIa3fevBfijuf8t/gFvVgT0Aga+Ugcr4gq8/g10Ag+cghCOxhfzHhm/QhyS3h4SJiK/Y"
        "iaJ8i3NBi/GDjDiBjh8vjubtkEEZkiolkiuFkoPYlApilC7Ulb8UlcaZnHM4nQQUnZiYnaXennFsnnnhn95jojJZoj5LorhBpCLb"
        "pXJwpX4epbn4psKPpyMPqOF7qZF8qkklqwgFq2Q9q/4QrDoOrT6RrvFXr2ETsAcysJcYsX0zsebZshjbsvYPtDPltDXltI+ftQie"
        "teCOtldBtxlcujGLv0oFv25Iv/ATwDgFwLthwXirwnbIw7CRxADvxIX6xKWbxt3OxwGgx/CIyJEqyKPnyP2yyZrYyf59ylndy1HZ"
        "zRfwzbRkzdW+zxA2z4auz+L4z/Ut0bR00dsW0dwP0szP06/X1Cvo1OXe1ObR1q1V12WL15/J193o2Iqs2TwG2p9t2qWC28JL3eVb"
        "3x0K4EG34Htg4IBT4MAO4jrg5PUk5U4n5k4O51cg6y4+6z//63547L+y7M7Q7M/o7Tiz7Yko7coQ7eV78V038k8u9Qwl9YJe9ZMl"
        "9h4t98Ko+J2C+Ph8+cP++vtC/MIQ/3r6"
    ),
    64: (
        "AI+3AKdwAMJBATZTAi7nBOpJBQcHBWZ8B3+3B4JnCIXACywCC+UkDd/nEQ+XE2B1F50kGBNgGoKtHKECHLMmHbI7Hec+HmkUH7et"
        "H/7BIFHMIcN0InSgIuTXIupFI21EJghOKC5hKEGZKOVsKVy8KtXgK/SmLN8NLPu/MNg1M2MrM+iPNDqsNNp5Om5GO0J2PA+4PNFz"
        "PlCzP20qP4SwQKrwQpm/RQlwRWrtRjHgRqciRt1LSHWMSbWZS9D9S9RgTIXHTVeSTkc/T7nvUU5PUgifUy1MVFG8VfqUVkXNVuSB"
        "VvrFWS5dWnu2WsUoXDodXm4+Xy2UX83qYafiYugOYxhrY143Z8ZbaMLEaOM1axE4axf7bxzmcQPBcTuPcZkAc005dIW4dPz4dtmO"
        "d5zBd+gpeVWseX3XfKRefULWfhcOfinRfmU6fubMf7r7gFL2gPzFggTmgleXgtuxg5ORh4bHiJG3iScnifIritTmi1mujghbjmyl"
        "jvSvj4p9kYKzkfqEk6egk/ivlDsNlKwIlLv7leLgloBhl0Kel0WrmDZumEZHmfBWmws5nUWena8JniBOnjufnvpdn3WHoNPpoXnP"
        "oqvuoz1cpUcDpWvrpaYdpehipkhqqDqyqgoBqqLirOeHsILWskyDs3xas4NytefJtyLivKccvKkovMAVvefSvjFQwCG8wFu4wn8A"
        "wz6hw5llw7PdxAbQxC46xFNUxIavxkg9xvgJx1M9x/3DyLGBya3pyuivy26ty3mEy6MTzJzVzMdCzxy40IzV0jaW02bG095z0/M5"
        "0/wj1LWr1YNn1eer2Udv2evZ2yOd2+RV3R5z3T6r3iQx3lV54Cuk4Tlw4q6/4/gI5JL05Xlb5kvx59/l6Orq6S7z7AaX7Vf/7zUl"
        "8Bk38DGH8JUe8rhj86A09Bhd9EQt9LiZ9PSh9SMP9Vm29dL8+3nB+52U/Bp3/Ez+/smp/thv/4u0/6Si/6bt"
    ),
    91: (
        "AXT6AyZfA1Z5BZH1BiW/BoN6CnL/DQ5AEFsgEGWREkgvE1uQFmWMF3tVHcjmH9kuH+kXI3X2I/G7JUV4Jq/2KRS9KbNqKrAmKtGk"
        "K25ZK8mNLx73Ly5ZMFvmMOH4MY3+NeK4Nn+cOlgBPpOqP8I2P9pgQH0SQiCCQk6/RdZLRnL6SgqBS0+SUql9VHRbXSOKXTN2YCOU"
        "Y55nY8ciZTVpbggkcDZ6ccA5c2F+dlP4eCMCeEcMeUF9eYE6eaXweoAjgnachW84h7Ksic1fiqhSitpeiutyjS2RjimCkc1bkg4x"
        "k2BplBvelD54lWCYlXBJl6cImGoVmm8rnCE9nFK3nWDBnwohnxs6n56ooLCRoSpVoTEhoV7eokmUow5So2crpSgmpYKSpfCipoFf"
        "qMSTqMbiqe0sqm54qzpKrgNBrokQr6N3sgn/sgzIssodsvCVswXCu9xgv/5pxZs4xudCxyzsx7gtx/7dyGn0yaLzzs3H0FyC0tK0"
        "1NAH1sC114GG23323Mi/3NZs5G+d5Ujj5YQI5bYG5wYH6tT08DcV9Dbh9cFQ9s229zZB/bOj"
    ),
    128: (
        "AD9hAJfPALzNA4tiCQheCrLfDrePD5OaEGSuFn0lGI6sHYRxHcDxHolBILTQIRi0ITB9I7LSKYrMKhkzKyLOME45MeDlMjRlN9Fu"
        "Obm1Ofd+PE5IPoDUQCUrQUuoQqT0STxCST8/S2VtWl0sWvYDXoG3X5/vYt6qYzIyY9CLZAicZAu9dLucdQ1HdSk/eSeYepF1e/CY"
        "fXHZgWaAg1PZhA8Li1MFjgw/j29kkIY9kN/Llgvll/h8mkS6no0gpHARrpD2tX8ctYYAwkfEwnLrxSu5xY/XxsUMxyOkzDGCzDuN"
        "zUp81Hd41Kcw1MOv14cV178I2of83jAd4QAx4jxI5I3y5juf6Box7HoH7pYL9SZ7+B3e+WQ9+W28"
    ),
    181: (
        "AB9ZA2/uDZkzDcd9DecEDgSBHcAPHd6JIBpxIhX4KHy7Kj5BNb4CN7VwObBCOyhjPm9rRDtzRbXpR5bwUQzKU+1ZWKgpWhV3Wj81"
        "W9KTaOv9a0dja4QDdL8keXsmfKIygDx6htD0iCL5jiCVkGCYkZ+GlsfrmRKam6jGnAyynqPQpyr2ritvtSLIuDZcxcARyRLPzVO0"
        "2EV53BgA3ZIV4n9X7uNS723f9JOD/h+d"
    ),
    256: (
        "CPQaHFClHd+NHfojH02hIGFHKR+cKzbXPzKdRRgYSaWVTFZgUFLDUUhXUrRtU0TNU1cRZz9zcI2bhq3TlWzQqNesrx7yvxK3zfbv"
        "3aZL3zMd4AKX4FmC4VFM5b/y7M8M7e+4+X99"
    ),
    362: ("GYzqGv55JmaeNUIMRhSgXSXheB+8gZ1Fk13qlAKRnvrHye1H1hGW7Ujr9zZ3"),
    512: ("DRvjD8RiHRp1PYMyQSQ2zVDt8g02"),
    724: ("LsxpcHYi8C6o"),
}
