"""Names of any rig, or none at all, are mapped to bones, and the map can be read and corrected."""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motion import rotation
from motion.formats import bvh, naming
from motion.skeleton import BONE_INDEX, BONES, PARENTS, REQUIRED_BONES, REST_POSITIONS_M

DATA = Path(__file__).parents[4] / "shared" / "data"
CLIPS = [
    *(f"motion/clips/{name}.bvh" for name in ("dab", "jesse_dance", "jumping_jacks", "wave_hello")),
    *(f"motion/cmu/{subject}.bvh" for subject in ("02_01", "03_01", "05_01", "06_14", "07_01", "08_01", "09_01")),
    *(f"motion/salsa/{pair}_scaled.bvh" for pair in ("60_10", "61_10")),
]
CHARACTERS = ("human_male_cc0.glb", "manny_med_mod.gltf")

MIDDLE = ("hips", "spine", "chest", "upperChest", "neck", "head")
SIDE = ("Shoulder", "UpperArm", "LowerArm", "Hand", "UpperLeg", "LowerLeg", "Foot", "Toes")
FAMILIES = {
    "MotionBuilder": (
        "Hips Spine Spine1 Spine2 Neck Head",
        "{Side}Shoulder {Side}Arm {Side}ForeArm {Side}Hand {Side}UpLeg {Side}Leg {Side}Foot {Side}ToeBase",
        "{Side}HandIndex1 {Side}HandIndex2 {Side}HandIndex3",
    ),
    "Mixamo": (
        "mixamorig:Hips mixamorig:Spine mixamorig:Spine1 mixamorig:Spine2 mixamorig:Neck mixamorig:Head",
        "mixamorig:{Side}Shoulder mixamorig:{Side}Arm mixamorig:{Side}ForeArm mixamorig:{Side}Hand "
        "mixamorig:{Side}UpLeg mixamorig:{Side}Leg mixamorig:{Side}Foot mixamorig:{Side}ToeBase",
        "mixamorig:{Side}HandIndex1 mixamorig:{Side}HandIndex2 mixamorig:{Side}HandIndex3",
    ),
    "Mixamo without its colon": (
        "mixamorigHips mixamorigSpine mixamorigSpine1 mixamorigSpine2 mixamorigNeck mixamorigHead",
        "mixamorig{Side}Shoulder mixamorig{Side}Arm mixamorig{Side}ForeArm mixamorig{Side}Hand "
        "mixamorig{Side}UpLeg mixamorig{Side}Leg mixamorig{Side}Foot mixamorig{Side}ToeBase",
        "mixamorig{Side}HandIndex1 mixamorig{Side}HandIndex2 mixamorig{Side}HandIndex3",
    ),
    "Rokoko": (
        "Hips Spine1 Spine2 Spine3 Neck Head",
        "{Side}Shoulder {Side}Arm {Side}ForeArm {Side}Hand {Side}Thigh {Side}Shin {Side}Foot {Side}Toe",
        "",
    ),
    "3ds Max Biped": (
        "Bip01_Pelvis|Bip01_Spine|Bip01_Spine1|Bip01_Spine2|Bip01_Neck|Bip01_Head".replace("_", " "),
        "|".join(
            f"Bip01 {{S}} {part}"
            for part in ("Clavicle", "UpperArm", "Forearm", "Hand", "Thigh", "Calf", "Foot", "Toe0")
        ),
        "Bip01 {S} Finger1|Bip01 {S} Finger11|Bip01 {S} Finger12",
    ),
    "Poser and DAZ": (
        "hip abdomen chest - neck head",
        "{s}Collar {s}Shldr {s}ForeArm {s}Hand {s}Thigh {s}Shin {s}Foot {s}Toe",
        "{s}Index1 {s}Index2 {s}Index3",
    ),
    "Genesis": (
        "hip abdomenLower chestLower chestUpper neckLower head",
        "{s}Collar {s}ShldrBend {s}ForearmBend {s}Hand {s}ThighBend {s}Shin {s}Foot {s}Toe",
        "{s}Index1 {s}Index2 {s}Index3",
    ),
    "Unreal": (
        "pelvis spine_01 spine_02 spine_03 neck_01 head",
        "clavicle_{s} upperarm_{s} lowerarm_{s} hand_{s} thigh_{s} calf_{s} foot_{s} ball_{s}",
        "index_01_{s} index_02_{s} index_03_{s}",
    ),
    "Rigify": (
        "spine spine.001 spine.002 spine.003 spine.004 spine.006",
        "shoulder.{S} upper_arm.{S} forearm.{S} hand.{S} thigh.{S} shin.{S} foot.{S} toe.{S}",
        "f_index.01.{S} f_index.02.{S} f_index.03.{S}",
    ),
    "VRoid": (
        "J_Bip_C_Hips J_Bip_C_Spine J_Bip_C_Chest J_Bip_C_UpperChest J_Bip_C_Neck J_Bip_C_Head",
        "J_Bip_{S}_Shoulder J_Bip_{S}_UpperArm J_Bip_{S}_LowerArm J_Bip_{S}_Hand "
        "J_Bip_{S}_UpperLeg J_Bip_{S}_LowerLeg J_Bip_{S}_Foot J_Bip_{S}_ToeBase",
        "J_Bip_{S}_Index1 J_Bip_{S}_Index2 J_Bip_{S}_Index3",
    ),
    "Unity": (
        "Hips Spine Chest UpperChest Neck Head",
        "{Side}Shoulder {Side}UpperArm {Side}LowerArm {Side}Hand {Side}UpperLeg {Side}LowerLeg {Side}Foot {Side}Toes",
        "{Side}IndexProximal {Side}IndexIntermediate {Side}IndexDistal",
    ),
    "Character Creator": (
        "CC_Base_Hip CC_Base_Waist CC_Base_Spine01 CC_Base_Spine02 CC_Base_NeckTwist01 CC_Base_Head",
        "CC_Base_{S}_Clavicle CC_Base_{S}_Upperarm CC_Base_{S}_Forearm CC_Base_{S}_Hand "
        "CC_Base_{S}_Thigh CC_Base_{S}_Calf CC_Base_{S}_Foot CC_Base_{S}_ToeBase",
        "CC_Base_{S}_Index1 CC_Base_{S}_Index2 CC_Base_{S}_Index3",
    ),
    "Valve": (
        " ".join(f"ValveBiped.Bip01_{part}" for part in ("Pelvis", "Spine", "Spine1", "Spine2", "Neck1", "Head1")),
        " ".join(
            f"ValveBiped.Bip01_{{S}}_{part}"
            for part in ("Clavicle", "UpperArm", "Forearm", "Hand", "Thigh", "Calf", "Foot", "Toe0")
        ),
        "ValveBiped.Bip01_{S}_Finger1 ValveBiped.Bip01_{S}_Finger11 ValveBiped.Bip01_{S}_Finger12",
    ),
    "SMPL": (
        "m_avg_Pelvis m_avg_Spine1 m_avg_Spine2 m_avg_Spine3 m_avg_Neck m_avg_Head",
        "m_avg_{S}_Collar m_avg_{S}_Shoulder m_avg_{S}_Elbow m_avg_{S}_Wrist "
        "m_avg_{S}_Hip m_avg_{S}_Knee m_avg_{S}_Ankle m_avg_{S}_Foot",
        "",
    ),
    "Xsens": (
        "Pelvis L5 T12 T8 Neck Head",
        "{Side}Shoulder {Side}UpperArm {Side}ForeArm {Side}Hand {Side}UpperLeg {Side}LowerLeg {Side}Foot {Side}Toe",
        "",
    ),
    "MakeHuman": (
        "root spine05 spine03 spine01 neck01 head",
        "clavicle.{S} upperarm01.{S} lowerarm01.{S} wrist.{S} upperleg01.{S} lowerleg01.{S} foot.{S} -",
        "",
    ),
    "named by joints": (
        "Hips Chest Chest2 - Neck Head",
        "{Side}Collar {Side}Shoulder {Side}Elbow {Side}Wrist {Side}Hip {Side}Knee {Side}Ankle {Side}Toe",
        "",
    ),
    "in small letters with a name of its own": (
        "bob_hips bob_spine bob_spine1 bob_spine2 bob_neck bob_head",
        "bob_{side}shoulder bob_{side}arm bob_{side}forearm bob_{side}hand "
        "bob_{side}upleg bob_{side}leg bob_{side}foot bob_{side}toebase",
        "",
    ),
}


def family(middle: str, side: str, finger: str) -> dict[str, str]:
    """Joint by bone."""

    def split(text: str) -> list[str]:
        return text.split("|") if "|" in text else text.split()

    found = {bone: name for bone, name in zip(MIDDLE, split(middle), strict=True) if name != "-"}
    parts = (*SIDE, "IndexProximal", "IndexIntermediate", "IndexDistal")
    for which in ("left", "right"):
        forms = {"Side": which.title(), "side": which, "S": which[0].upper(), "s": which[0]}
        for part, form in zip(parts, [*split(side), *split(finger)], strict=False):
            if form != "-":
                found[f"{which}{part}"] = form.format(**forms)
    return found


def tree(joints: dict[str, str], extra: dict[str, str]) -> tuple[list[str], list[int], np.ndarray]:
    """Names, parents and places of a figure with these joints, and `extra` ones below some of its bones."""
    bones = [bone for bone in BONES if bone in joints]
    parents = []
    for bone in bones:
        above = int(PARENTS[BONE_INDEX[bone]])
        while above >= 0 and BONES[above] not in joints:
            above = int(PARENTS[above])
        parents.append(bones.index(BONES[above]) if above >= 0 else -1)
    places = [REST_POSITIONS_M[BONE_INDEX[bone]] for bone in bones]
    for bone in extra.values():
        parents.append(bones.index(bone))
        places.append(REST_POSITIONS_M[BONE_INDEX[bone]] + (0.0, 0.02, 0.0))
    return [*(joints[bone] for bone in bones), *extra], parents, np.array(places)


@pytest.mark.parametrize("name", FAMILIES)
def test_the_names_of_every_family_are_understood(name: str) -> None:
    joints = family(*FAMILIES[name])
    form = joints["leftLowerArm"]
    extra = {f"{form}_twist_01": "leftLowerArm", f"{joints['head']}_leaf": "head", "ik_foot_l": "hips", "tail": "hips"}
    names, parents, places = tree(joints, extra)
    found = naming.find_bones(names, parents, places)
    assert {bone: names[joint] for bone, joint in found.items()} == joints


@pytest.mark.parametrize("count", range(1, 6))
def test_a_spine_of_one_to_five_joints_bends_from_the_hips_to_the_shoulders(count: int) -> None:
    joints = family(*FAMILIES["Unreal"])
    for bone in ("spine", "chest", "upperChest"):
        del joints[bone]
    names, parents, places = tree(joints, {})
    spine = [f"spine_{i + 1:02}" for i in range(count)]
    names = [names[0], *spine, *names[1:]]
    moved = {"neck_01", "clavicle_l", "clavicle_r"}
    above = [-1, *range(count), *(p + count if p > 0 else 0 for p in parents[1:])]
    above = [count if name in moved else p for name, p in zip(names, above, strict=True)]
    ups = np.linspace((0.0, 1.0, 0.0), (0.0, 1.35, 0.0), count)
    found = naming.find_bones(names, above, np.concatenate([places[:1], ups, places[1:]]))
    trunk = [names[found[bone]] for bone in ("spine", "chest", "upperChest") if bone in found]
    assert (
        trunk
        == {
            1: ["spine_01"],
            2: ["spine_01", "spine_02"],
            3: ["spine_01", "spine_02", "spine_03"],
            4: ["spine_01", "spine_03", "spine_04"],
            5: ["spine_01", "spine_03", "spine_05"],
        }[count]
    )
    assert names[found["neck"]] == "neck_01" and found.keys() >= REQUIRED_BONES


def test_a_biped_with_thighs_on_its_spine_and_collar_bones_on_its_neck_is_understood() -> None:
    joints = family(*FAMILIES["3ds Max Biped"])
    names, parents, places = tree(joints, {})
    for joint, name in enumerate(names):
        if name.endswith("Thigh"):
            parents[joint] = names.index("Bip01 Spine")
        if name.endswith("Clavicle"):
            parents[joint] = names.index("Bip01 Neck")
    found = naming.find_bones(names, parents, places)
    assert {bone: names[joint] for bone, joint in found.items()} == joints


def test_a_thumb_has_all_its_joints_and_a_finger_none_of_the_palm() -> None:
    joints = family(*FAMILIES["Unreal"])
    names, parents, places = tree(joints, {})
    hand = names.index("hand_l")
    for finger in ("thumb", "middle"):
        chain = [f"{finger}_{part}_l" for part in ("metacarpal", "01", "02", "03", "04_leaf")]
        parents += [hand, *range(len(names), len(names) + 4)]
        names += chain
        places = np.concatenate([places, places[hand] + 0.02 * np.arange(1, 6)[:, None] * (1.0, 0.0, 0.1)])
    found = {bone: names[joint] for bone, joint in naming.find_bones(names, parents, places).items()}
    assert [found.get(f"leftMiddle{part}") for part in ("Proximal", "Intermediate", "Distal")] == [
        "middle_01_l",
        "middle_02_l",
        "middle_03_l",
    ]
    assert found["leftThumbMetacarpal"] == "thumb_metacarpal_l" and found["leftThumbProximal"] == "thumb_01_l"


@pytest.mark.parametrize("file", CLIPS)
def test_a_recording_without_any_sensible_name_has_the_same_bones(file: str) -> None:
    clip = bvh.read(sample(file))
    plan = bvh.plan_take(clip)
    assert plan.rig.bones.keys() >= REQUIRED_BONES
    blind = bvh.plan_take(replace(clip, names=tuple(f"joint{i}" for i in range(len(clip.names)))))
    for bone in sorted(REQUIRED_BONES):
        assert blind.rig.bones.get(bone) == plan.rig.bones[bone], bone


@pytest.mark.parametrize("file", CHARACTERS)
def test_a_character_is_understood_with_its_names_and_without(file: str) -> None:
    names, parents, places = nodes(sample(f"characters/{file}"))
    found = naming.find_bones(names, parents, places)
    assert found.keys() >= REQUIRED_BONES
    blind = naming.find_bones([f"bone_{i:02}" for i in range(len(names))], parents, places)
    for bone in sorted(REQUIRED_BONES):
        assert names[blind[bone]] == names[found[bone]], bone
    if file.startswith("manny"):
        assert names[found["leftHand"]] == "wrist.l" and names[found["leftUpperLeg"]] == "upperleg.l"
    else:
        assert names[found["leftToes"]] == "ball_l" and names[found["rightLittleDistal"]] == "pinky_03_r"


@pytest.mark.integration
def test_a_tree_that_is_no_figure_has_no_bones() -> None:
    count = 1024
    star = [-1, *[0] * 341, *range(1, 342), *range(342, 683)][:count]
    places = np.random.default_rng(1).normal(size=(count, 3))
    naming.find_bones([f"j{i}" for i in range(count)], star, places)
    chain = list(range(-1, count - 1))
    assert not naming.find_bones([f"j{i}" for i in range(count)], chain, places)


def test_joints_of_two_trees_are_no_one_figure_and_no_error() -> None:
    names, parents, places = tree(family(*FAMILIES["Unity"]), {})
    parents[names.index("LeftShoulder")] = -1
    found = naming.find_bones(names, parents, places)
    assert "spine" not in found and names[found["leftHand"]] == "LeftHand"


def test_what_a_person_tells_goes_before_everything() -> None:
    joints = family(*FAMILIES["MotionBuilder"])
    names, parents, places = tree(joints, {"Hat": "head"})
    found = naming.find_bones(names, parents, places, {"head": "Hat", "neck": "Head", "leftToes": ""})
    assert names[found["head"]] == "Hat" and names[found["neck"]] == "Head" and "leftToes" not in found
    with pytest.raises(naming.NamingError, match="no joint 'LeftHamd'; nearest: LeftHand"):
        naming.find_bones(names, parents, places, {"leftHand": "LeftHamd"})


def test_the_mapping_can_be_read_by_a_person() -> None:
    names, parents, places = tree(family(*FAMILIES["Unity"]), {"Hat": "head"})
    found = naming.find_bones(names, parents, places)
    del found["rightHand"]
    shown = naming.bone_map_table(names, found).splitlines()
    assert shown[0].split() == ["hips", "Hips"]
    assert any(line.split()[:2] == ["rightHand", "(missing:"] for line in shown)
    assert "Hat" in shown[-1]


def test_a_map_is_read_as_it_was_written(tmp_path: Path) -> None:
    bones = {"hips": 'The "hips"\\', "head": "Kopf ä", "leftToes": ""}
    naming.write_bone_map(tmp_path / "bones.toml", bones)
    assert naming.read_bone_map(tmp_path / "bones.toml") == bones
    assert [file.name for file in tmp_path.iterdir()] == ["bones.toml"]
    with pytest.raises(naming.NamingError, match="'hipps' is no bone; nearest: hips"):
        naming.write_bone_map(tmp_path / "bones.toml", {"hipps": "x"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[bones]\nhips = "Hips\n', "line 2"),
        ('[bones]\nhips = "Hips"\nlefthand = "L"\n', "line 3, bones.lefthand: no such bone; nearest: leftHand"),
        ("[bones]\nhips = 3\n", "line 2, bones.hips: found 3, expected a joint's name in quotes"),
        ('[bones]\nhips = "A"\n\nhead = "A"\n', "line 4, bones.head: 'A' is hips already"),
        ('hips = "A"\n', "expected one table"),
    ],
)
def test_a_wrong_map_is_refused_with_its_file_line_and_key(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "bones.toml").write_text(text)
    with pytest.raises(naming.NamingError, match=r"bones\.toml") as caught:
        naming.read_bone_map(tmp_path / "bones.toml")
    assert said in str(caught.value)


def sample(file: str) -> Path:
    path = DATA / file
    if not path.is_file():
        pytest.skip(f"needs ../shared/data/{file}")
    return path


def nodes(path: Path) -> tuple[list[str], list[int], np.ndarray]:
    """Names, parents and places of a glTF file's nodes, parents first."""
    data = path.read_bytes()
    if data[:4] == b"glTF":
        data = data[20 : 20 + struct.unpack("<I", data[12:16])[0]]
    nodes = json.loads(data)["nodes"]
    parent = {child: i for i, node in enumerate(nodes) for child in node.get("children", [])}
    order: list[int] = []
    waiting = [i for i in range(len(nodes)) if i not in parent]
    world = {-1: np.eye(4)}
    while waiting:
        i = waiting.pop()
        order.append(i)
        own = np.eye(4)
        turn = np.array(nodes[i].get("rotation", (0.0, 0.0, 0.0, 1.0)))[[3, 0, 1, 2]]
        own[:3, :3] = rotation.to_matrix(turn) * np.array(nodes[i].get("scale", (1.0, 1.0, 1.0)))
        own[:3, 3] = nodes[i].get("translation", (0.0, 0.0, 0.0))
        world[i] = world[parent.get(i, -1)] @ own
        waiting += nodes[i].get("children", [])
    where = {i: k for k, i in enumerate(order)}
    parents = [where[parent[i]] if i in parent else -1 for i in order]
    return [nodes[i].get("name", "") for i in order], parents, np.array([world[i][:3, 3] for i in order])
