"""The prompt rules that a new site begins with. Staff change them on the site; what is changed there stays.

Few and combined, so that ordinary prompts pass: words that are innocent alone matter only beside others. They are no
list of slurs, which would be both endless and wrong. Written in the language of wording.py.
"""

from dataclasses import dataclass

AGES = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
_SPELT = " | ".join(f"{age} year old | {age} years old" for age in AGES.split("|"))
_SEXUAL = """\
@sexual = nude | nudes | nudity | naked | topless | nsfw | porn* | hentai | erotic* | sexual* | sexy | having sex
@acts = blowjob* | masturbat* | orgasm* | intercourse | bdsm | bondage | fetish* | ahegao | lewd | undressing
@parts = penis | vagina | genital* | nipple* | bare breasts | cleavage
@lewd = @sexual | @acts | @parts | sex
"""

_CHILD = f"""\
{_SEXUAL}
@minor = child | children | kid | kids | toddler* | infant | infants | baby | babies | preteen* | pre teen | tween
@young = underage* | teen | teens | teenage* | schoolgirl* | schoolboy* | little girl* | little boy* | young girl*
@aged = <1-17> year old | <1-17> years old | <1-17> yo | <1-17> y o | aged <1-17> | {_SPELT}
@pupils = kindergart* | preschool* | elementary school* | middle school* | high school girl* | high school boy*
@underage = @minor | @young | @aged | @pupils

@underage & @lewd
lolicon | shotacon | loli hentai | shota hentai | pedophil* | paedophil* | pedo | jailbait
child porn* | kiddie porn* | child sexual abuse*
"""
_CHILD_ALLOWED = """\
naked eye
naked mole rat* | baby naked mole rat*
nude lipstick | nude nail* | nude tone* | nude palette | nude heels
sex education | same sex | unisex
baby blue | baby pink | baby grand | baby's breath | kid gloves
sexual health
"""

_INTIMATE = f"""\
{_SEXUAL}
@somebody = my ex | my girlfriend | my boyfriend | my wife | my husband | my sister | my boss | my teacher
@others = my classmate* | my coworker* | my colleague* | my neighbour* | my neighbor* | my friend* | my roommate*
@known = celebrity | celebrities | real person | politician | famous actress | famous actor | deepfake* | deep fake*
@real = @somebody | @others | @known

@real ~8 @lewd
undress her | undress him | remove her clothes | remove his clothes | take off her clothes
nudify | deepnude*
"""

_VIOLENCE = """\
beheading* | beheaded | decapitat* | disembowel* | dismember* | mutilated | torture porn | snuff film*
gore | gory
"""
_VIOLENCE_ALLOWED = """\
al gore | gore tex | gore range
"""

_HATE = """\
@sign = swastika* | nazi | nazis | ss runes | kkk | klan | white power | white supremac*
@praise = glorious | heroic | proud | glorify* | propaganda | recruitment poster* | celebrat* | we love | join us

@sign ~8 @praise
"""
_HATE_ALLOWED = """\
anti nazi | against nazis | hindu swastika* | buddhist swastika* | jain swastika*
"""

_DECEIT = """\
@paper = passport* | id card* | identity card* | driver's license | driving licence | visa | birth certificate
@made = fake | forged | counterfeit | photorealistic scan of a

@made ~3 @paper
counterfeit money | counterfeit banknote* | fake banknote* | fake dollar bill* | fake euro note*
fake evidence | fake news photo* | fake press photo* | fake mugshot*
"""


@dataclass(frozen=True, slots=True)
class Shipped:
    """`severity`: one of models.Severity; `category`: one of models.Rule."""

    rule: str
    title: str
    severity: str
    category: str
    clauses: str
    allowed: str = ""


RULES = (
    Shipped("minors", "Nobody under age in anything sexual", "refuse", "child", _CHILD, _CHILD_ALLOWED),
    Shipped("real-people", "No real person naked or in a sexual way", "hold", "intimate", _INTIMATE),
    Shipped(
        "cruelty",
        "Cruelty is not for everyone: mark it as sensitive",
        "warn",
        "violence",
        _VIOLENCE,
        _VIOLENCE_ALLOWED,
    ),
    Shipped("hate", "No praise of hatred", "hold", "hate", _HATE, _HATE_ALLOWED),
    Shipped("forgery", "No forged papers, money or evidence", "hold", "deceit", _DECEIT),
)
