"""What the dancer trains through must be what the wall draws with, or it learns another body than ours."""

import numpy as np
import pytest

from motion import body, rotation
from motion.skeleton import CORE, OFFSETS

torch = pytest.importorskip("torch")
trained = pytest.importorskip("motion.dancer.rotation")


@pytest.fixture
def turns() -> np.ndarray:
    return rotation.normalise(np.random.default_rng(3).normal(size=(7, CORE, 4)))


def test_six_numbers_make_the_same_rotation_in_torch_and_in_numpy(turns):
    six = rotation.to_six(turns)
    matrices = trained.from_six(torch.from_numpy(six * np.linspace(0.5, 2.0, CORE)[:, None]))
    assert np.allclose(matrices, rotation.to_matrix(turns), atol=1e-12)
    assert np.allclose(trained.to_six(matrices), six, atol=1e-12)
    assert np.allclose(trained.to_matrix(torch.from_numpy(turns)), matrices, atol=1e-12)


def test_joints_are_where_numpy_puts_them(turns):
    hips = np.random.default_rng(4).normal(size=(7, 3))
    local = trained.to_matrix(torch.from_numpy(body.local(turns)))
    placed = trained.joints(torch.from_numpy(hips), trained.world(local), torch.from_numpy(OFFSETS[:CORE]))
    assert np.allclose(placed, body.joints(hips, turns, OFFSETS[:CORE]), atol=1e-12)


def test_a_loss_on_a_hand_has_a_gradient_at_the_shoulder_and_none_at_the_knee(turns):
    six = torch.from_numpy(rotation.to_six(body.local(turns))).requires_grad_()
    placed = trained.joints(torch.zeros(7, 3), trained.world(trained.from_six(six)), torch.from_numpy(OFFSETS[:CORE]))
    placed[:, body.INDEX["leftHand"]].square().sum().backward()
    assert six.grad is not None
    assert torch.isfinite(six.grad).all()
    assert six.grad[:, body.INDEX["leftUpperArm"]].abs().min(dim=-1).values.max() > 0
    assert not six.grad[:, body.INDEX["leftLowerLeg"]].any()
