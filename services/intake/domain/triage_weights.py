"""What triage has learned: the weight of each feature for each kind. Written by `deploy.evaluation`."""

from typing import Final

from services.intake.domain.triage_lexicon import Kind

MODEL: Final = "groups-2-220-82ff5744"
LEARNED_FROM: Final = "82ff5744c9046849"  # the numbers and kinds of its samples, hashed
WEIGHTS: Final[dict[str, dict[Kind, float]]] = {
    "always": {
        "dispute": -0.479,
        "incident": -1.199,
        "fraud": -0.513,
        "hazard": 0.222,
        "enquiry": -0.211,
        "service": 0.859,
        "other": 0.642,
    },
    "asking+eligibility": {
        "enquiry": 0.61,
    },
    "bad-building+owners": {
        "dispute": 0.528,
    },
    "building-site+nuisance": {
        "dispute": 0.815,
    },
    "developer+bought-home": {
        "dispute": 0.577,
        "enquiry": -0.024,
        "service": -0.028,
    },
    "developer+owners": {
        "dispute": 0.52,
    },
    "employer+company": {
        "dispute": 0.496,
        "enquiry": -0.022,
        "service": 0.052,
        "other": -0.024,
    },
    "employer+money-back": {
        "dispute": 0.603,
    },
    "general-good+request-to-act": {
        "dispute": -0.037,
        "hazard": 0.107,
        "enquiry": -0.02,
        "service": -0.123,
        "other": 0.491,
    },
    "hazard-word+request-to-act": {
        "hazard": 0.112,
        "service": 0.207,
    },
    "housing-estate+building-site": {
        "dispute": 0.418,
        "service": -0.027,
    },
    "illegal-building+inaction": {
        "hazard": 0.098,
        "service": 0.536,
    },
    "industrial-plant+nuisance": {
        "dispute": -0.029,
        "service": 0.634,
    },
    "money-back+company": {
        "dispute": 0.265,
        "fraud": 0.144,
    },
    "money-back+private-school": {
        "dispute": 0.61,
    },
    "noisy-shop+nuisance": {
        "dispute": 0.837,
        "service": -0.024,
    },
    "property-manager+inaction": {
        "dispute": 0.371,
        "service": 0.059,
    },
    "property-manager+owners": {
        "dispute": 0.475,
        "service": 0.026,
    },
    "property-manager+street-order": {
        "dispute": 0.592,
    },
    "public-school+public-body": {
        "dispute": -0.046,
        "hazard": 0.06,
        "enquiry": 0.117,
        "service": 0.413,
        "other": -0.034,
    },
    "public-transport+building-site": {
        "service": 0.798,
    },
    "public-transport+nuisance": {
        "service": 0.613,
    },
    "roads+building-site": {
        "dispute": -0.032,
        "incident": 0.029,
        "service": 0.313,
    },
    "roads+nuisance": {
        "incident": 0.071,
        "hazard": -0.033,
        "service": 0.594,
    },
    "street-order+inaction": {
        "dispute": -0.055,
        "hazard": 0.091,
        "service": 0.499,
    },
    "subject.asking": {
        "enquiry": 2.015,
    },
    "subject.bad-building": {
        "dispute": 1.211,
        "hazard": 0.068,
        "service": -0.045,
    },
    "subject.bought-home": {
        "dispute": 1.202,
        "enquiry": 0.046,
    },
    "subject.boundary": {
        "dispute": 1.18,
        "hazard": -0.024,
        "service": 0.045,
    },
    "subject.building-site": {
        "dispute": 0.821,
    },
    "subject.company": {
        "dispute": 0.797,
        "incident": 0.027,
        "fraud": 0.024,
        "service": -0.035,
    },
    "subject.complaining": {
        "dispute": 0.329,
        "incident": 0.288,
        "hazard": -0.041,
        "enquiry": -0.708,
        "service": 0.362,
        "other": -0.815,
    },
    "subject.dangerous-thing": {
        "dispute": -0.053,
        "hazard": 1.836,
        "service": -0.031,
        "other": -0.026,
    },
    "subject.developer": {
        "dispute": 1.454,
        "service": 0.06,
    },
    "subject.eligibility": {
        "incident": -0.032,
        "hazard": -0.029,
        "enquiry": 0.874,
        "service": -0.102,
        "other": 0.111,
    },
    "subject.employer": {
        "dispute": 1.88,
        "enquiry": -0.02,
        "other": -0.021,
    },
    "subject.exact-place": {
        "dispute": 0.039,
        "fraud": -0.076,
        "hazard": -0.02,
        "enquiry": -0.035,
        "service": 0.219,
        "other": -0.929,
    },
    "subject.family-quarrel": {
        "dispute": 1.4,
    },
    "subject.fire-safety": {
        "dispute": -0.03,
        "fraud": -0.02,
        "hazard": 1.592,
        "enquiry": -0.024,
    },
    "subject.fraud-scheme": {
        "fraud": 2.461,
    },
    "subject.fruitless-talks": {
        "dispute": 0.636,
        "service": -0.031,
    },
    "subject.gambling-vice": {
        "incident": 2.825,
    },
    "subject.general-good": {
        "hazard": -0.022,
        "enquiry": -0.027,
        "service": -0.063,
        "other": 1.335,
    },
    "subject.good-name": {
        "dispute": 1.2,
    },
    "subject.hazard-word": {
        "dispute": -0.02,
        "hazard": 1.94,
        "service": -0.113,
    },
    "subject.health-care": {
        "hazard": -0.021,
        "service": 0.715,
    },
    "subject.housing-estate": {
        "dispute": 0.369,
        "incident": -0.023,
        "fraud": -0.031,
        "hazard": -0.041,
        "enquiry": -0.054,
        "service": 0.135,
        "other": -0.055,
    },
    "subject.illegal-building": {
        "dispute": 0.35,
        "service": 0.391,
    },
    "subject.inaction": {
        "dispute": 0.052,
        "hazard": 0.075,
        "enquiry": -0.057,
        "service": 0.874,
        "other": 0.079,
    },
    "subject.indignation": {
        "dispute": 0.325,
        "incident": 0.089,
        "fraud": -0.026,
        "enquiry": -0.62,
        "service": -0.023,
        "other": -0.629,
    },
    "subject.industrial-plant": {
        "service": 1.616,
    },
    "subject.injury-claim": {
        "dispute": 1.4,
    },
    "subject.land-compensation": {
        "service": 0.422,
        "other": 0.107,
    },
    "subject.landlord": {
        "dispute": 1.395,
        "hazard": 0.071,
        "service": -0.037,
    },
    "subject.merchant": {
        "dispute": 1.287,
        "hazard": -0.029,
        "enquiry": -0.034,
        "other": -0.026,
    },
    "subject.money-back": {
        "dispute": 1.459,
        "fraud": 0.202,
        "service": -0.025,
    },
    "subject.neighbour": {
        "dispute": 0.873,
        "service": 0.048,
    },
    "subject.noisy-shop": {
        "dispute": 0.918,
        "service": 0.133,
    },
    "subject.nuisance": {
        "dispute": 0.285,
        "incident": 0.068,
        "hazard": -0.036,
        "service": 0.123,
    },
    "subject.one-shop-or-house": {
        "dispute": 0.504,
        "enquiry": -0.037,
        "service": 0.049,
    },
    "subject.owners": {
        "dispute": 0.661,
        "fraud": -0.027,
        "hazard": -0.033,
        "enquiry": 0.02,
        "service": -0.046,
        "other": 0.032,
    },
    "subject.owners-committee": {
        "dispute": 1.017,
    },
    "subject.praise": {
        "other": 1.6,
    },
    "subject.private-debt": {
        "dispute": 1.4,
    },
    "subject.private-school": {
        "dispute": 1.194,
        "hazard": -0.025,
        "service": 0.039,
    },
    "subject.project-progress": {
        "enquiry": 0.496,
        "service": 0.146,
        "other": -0.02,
    },
    "subject.property-manager": {
        "dispute": 2.092,
        "service": -0.022,
        "other": 0.042,
    },
    "subject.public-body": {
        "dispute": -0.048,
        "hazard": -0.033,
        "enquiry": -0.076,
        "service": 1.105,
        "other": 0.074,
    },
    "subject.public-school": {
        "fraud": -0.029,
        "hazard": 0.036,
        "enquiry": 0.089,
        "service": 0.801,
        "other": -0.071,
    },
    "subject.public-transport": {
        "dispute": -0.031,
        "hazard": -0.047,
        "enquiry": 0.112,
        "service": 1.051,
        "other": 0.136,
    },
    "subject.request-to-act": {
        "fraud": -0.026,
        "hazard": -0.035,
        "enquiry": 0.086,
        "service": 0.488,
        "other": 0.099,
    },
    "subject.roads": {
        "dispute": -0.069,
        "incident": 0.084,
        "fraud": -0.031,
        "hazard": 0.105,
        "enquiry": -0.042,
        "service": 0.893,
        "other": 0.06,
    },
    "subject.street-order": {
        "dispute": 0.044,
        "hazard": -0.056,
        "service": 0.807,
        "other": -0.049,
    },
    "subject.subject-asks": {
        "dispute": -0.022,
        "incident": -0.025,
        "hazard": -0.029,
        "enquiry": 1.309,
        "service": 0.023,
        "other": -0.043,
    },
    "subject.subject-enquires": {
        "enquiry": 1.007,
        "service": -0.1,
        "other": 0.107,
    },
    "subject.subject-reproaches": {
        "dispute": 0.054,
        "enquiry": -0.54,
        "service": 0.52,
    },
    "subject.subject-suggests": {
        "hazard": 0.077,
        "service": 0.119,
        "other": 0.332,
    },
    "subject.subject-wishes": {
        "dispute": -0.031,
        "fraud": -0.02,
        "enquiry": -0.05,
        "service": 0.582,
    },
    "subject.suggesting": {
        "hazard": 0.062,
        "service": 0.209,
        "other": 0.763,
    },
    "subject.theft-order": {
        "dispute": -0.02,
        "incident": 2.701,
        "enquiry": 0.032,
        "service": -0.088,
    },
    "subject.utilities": {
        "dispute": -0.022,
        "service": 1.052,
    },
    "subject.village": {
        "dispute": 0.699,
        "service": 0.324,
    },
    "subject.violence": {
        "incident": 2.6,
    },
    "subject.wants-mediation": {
        "dispute": 1.4,
    },
    "subject.when": {
        "enquiry": 1.947,
        "service": -0.112,
    },
    "suggesting+public-transport": {
        "service": 0.43,
        "other": 0.088,
    },
    "suggesting+roads": {
        "hazard": 0.071,
        "service": 0.442,
    },
    "text.asking": {
        "dispute": -0.064,
        "hazard": -0.035,
        "enquiry": 0.753,
        "service": 0.094,
        "other": -0.025,
    },
    "text.bad-building": {
        "dispute": 0.365,
        "hazard": 0.062,
        "service": 0.035,
        "other": -0.025,
    },
    "text.bought-home": {
        "dispute": 0.618,
        "fraud": -0.02,
        "hazard": -0.036,
        "enquiry": 0.034,
        "service": -0.049,
        "other": -0.033,
    },
    "text.boundary": {
        "dispute": 0.484,
        "hazard": -0.028,
        "enquiry": 0.06,
    },
    "text.building-site": {
        "dispute": 0.42,
        "incident": 0.026,
        "service": -0.027,
    },
    "text.company": {
        "dispute": 0.198,
        "incident": 0.033,
        "fraud": 0.183,
        "service": -0.121,
        "other": -0.084,
    },
    "text.complaining": {
        "dispute": 0.343,
        "hazard": -0.065,
        "enquiry": -0.341,
        "service": -0.103,
        "other": -0.437,
    },
    "text.dangerous-thing": {
        "hazard": 0.765,
        "service": -0.092,
        "other": -0.049,
    },
    "text.developer": {
        "dispute": 0.76,
        "hazard": -0.027,
        "enquiry": -0.033,
        "service": -0.041,
        "other": 0.055,
    },
    "text.eligibility": {
        "dispute": -0.07,
        "incident": -0.051,
        "fraud": 0.029,
        "hazard": -0.1,
        "enquiry": 0.415,
        "service": 0.064,
        "other": 0.112,
    },
    "text.employer": {
        "dispute": 0.609,
        "enquiry": -0.028,
        "service": 0.067,
        "other": -0.032,
    },
    "text.ends-asking": {
        "hazard": -0.033,
        "enquiry": 0.627,
        "service": -0.049,
        "other": 0.088,
    },
    "text.family-quarrel": {
        "dispute": 0.584,
        "fraud": 0.026,
        "enquiry": -0.039,
        "service": 0.038,
    },
    "text.fire-safety": {
        "hazard": 0.545,
    },
    "text.fraud-scheme": {
        "fraud": 1.001,
        "hazard": -0.02,
        "service": -0.021,
        "other": -0.028,
    },
    "text.fruitless-talks": {
        "dispute": 0.652,
        "fraud": 0.022,
        "enquiry": -0.023,
        "service": -0.07,
        "other": -0.05,
    },
    "text.gambling-vice": {
        "incident": 0.934,
    },
    "text.general-good": {
        "dispute": -0.16,
        "hazard": 0.107,
        "service": -0.177,
        "other": 0.759,
    },
    "text.good-name": {
        "dispute": 0.5,
    },
    "text.hazard-word": {
        "dispute": -0.07,
        "hazard": 0.744,
        "service": 0.078,
        "other": -0.021,
    },
    "text.health-care": {
        "dispute": 0.04,
        "hazard": -0.029,
        "service": 0.195,
        "other": 0.027,
    },
    "text.housing-estate": {
        "dispute": 0.203,
        "incident": 0.039,
        "fraud": -0.054,
        "enquiry": 0.041,
        "other": -0.106,
    },
    "text.illegal-building": {
        "dispute": 0.149,
        "hazard": 0.071,
        "service": 0.059,
        "other": -0.042,
    },
    "text.inaction": {
        "dispute": 0.037,
        "incident": 0.059,
        "fraud": -0.034,
        "hazard": -0.069,
        "enquiry": -0.089,
        "service": 0.341,
        "other": 0.055,
    },
    "text.indignation": {
        "dispute": 0.158,
        "incident": 0.076,
        "fraud": -0.048,
        "hazard": -0.151,
        "enquiry": -0.468,
        "service": 0.086,
        "other": -0.253,
    },
    "text.industrial-plant": {
        "dispute": 0.036,
        "service": 0.585,
    },
    "text.injury-claim": {
        "dispute": 0.616,
    },
    "text.land-compensation": {
        "service": 0.242,
    },
    "text.landlord": {
        "dispute": 0.356,
        "fraud": 0.287,
        "enquiry": -0.026,
        "service": -0.047,
        "other": 0.046,
    },
    "text.merchant": {
        "dispute": 0.471,
        "fraud": 0.099,
        "hazard": -0.05,
        "service": -0.044,
        "other": -0.05,
    },
    "text.money-back": {
        "dispute": 0.468,
        "fraud": 0.197,
        "hazard": -0.024,
        "other": -0.031,
    },
    "text.neighbour": {
        "dispute": 0.434,
    },
    "text.noisy-shop": {
        "dispute": 0.347,
        "service": 0.103,
    },
    "text.nuisance": {
        "dispute": 0.167,
        "hazard": -0.042,
        "enquiry": -0.022,
        "service": 0.139,
    },
    "text.opens-with-asking": {
        "enquiry": 0.956,
        "service": -0.042,
    },
    "text.owners": {
        "dispute": 0.474,
        "incident": -0.026,
        "fraud": -0.053,
        "hazard": -0.078,
        "enquiry": 0.022,
        "service": 0.138,
        "other": -0.078,
    },
    "text.owners-committee": {
        "dispute": 0.504,
    },
    "text.praise": {
        "incident": 0.024,
        "other": 0.101,
    },
    "text.private-debt": {
        "dispute": 0.644,
        "service": -0.03,
    },
    "text.private-school": {
        "dispute": 0.479,
        "hazard": -0.034,
        "enquiry": 0.048,
        "service": 0.028,
    },
    "text.project-progress": {
        "fraud": -0.033,
        "hazard": -0.13,
        "enquiry": 0.468,
        "service": 0.185,
        "other": -0.089,
    },
    "text.property-manager": {
        "dispute": 0.673,
        "hazard": 0.04,
        "other": 0.021,
    },
    "text.public-body": {
        "dispute": -0.056,
        "incident": -0.044,
        "hazard": 0.142,
        "enquiry": 0.082,
        "service": 0.182,
        "other": -0.089,
    },
    "text.public-school": {
        "dispute": 0.035,
        "incident": -0.03,
        "fraud": -0.053,
        "enquiry": 0.147,
        "service": 0.324,
        "other": -0.142,
    },
    "text.public-transport": {
        "dispute": 0.075,
        "fraud": -0.027,
        "hazard": 0.061,
        "enquiry": 0.093,
        "service": 0.216,
        "other": 0.098,
    },
    "text.request-to-act": {
        "dispute": 0.122,
        "incident": -0.036,
        "fraud": -0.056,
        "hazard": 0.143,
        "enquiry": -0.077,
        "other": 0.123,
    },
    "text.roads": {
        "dispute": 0.037,
        "incident": 0.063,
        "fraud": -0.056,
        "hazard": 0.259,
        "enquiry": -0.092,
        "service": 0.137,
        "other": 0.052,
    },
    "text.street-order": {
        "dispute": -0.046,
        "fraud": -0.033,
        "hazard": 0.088,
        "enquiry": -0.035,
        "service": 0.331,
        "other": -0.087,
    },
    "text.suggesting": {
        "hazard": -0.032,
        "service": 0.169,
        "other": 0.371,
    },
    "text.text-asks": {
        "dispute": -0.078,
        "hazard": 0.073,
        "enquiry": 0.509,
        "service": -0.05,
        "other": -0.028,
    },
    "text.theft-order": {
        "dispute": -0.03,
        "incident": 0.757,
        "hazard": -0.02,
        "enquiry": 0.026,
        "service": -0.109,
    },
    "text.utilities": {
        "dispute": -0.053,
        "hazard": -0.023,
        "service": 0.427,
        "other": -0.03,
    },
    "text.village": {
        "dispute": 0.476,
        "hazard": -0.043,
        "enquiry": -0.024,
        "service": 0.147,
        "other": -0.03,
    },
    "text.violence": {
        "incident": 0.7,
    },
    "text.wants-mediation": {
        "dispute": 0.6,
    },
    "text.when": {
        "dispute": -0.062,
        "hazard": 0.096,
        "enquiry": 0.65,
        "service": -0.065,
    },
    "when+project-progress": {
        "enquiry": 0.679,
        "service": -0.052,
    },
}
