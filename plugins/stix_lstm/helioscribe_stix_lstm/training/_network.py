"""The recurrent network over all bands at once."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from helioscribe_stix_lstm._bands import NATIVE
from helioscribe_stix_lstm._features import COLUMNS

__all__ = ["CrossChannelLSTM", "objective"]


class CrossChannelLSTM(nn.Module):  # type: ignore[misc]  # torch is not seen by the type checker
    """Says after each sample what the next one would be without a flare, and whether there is a flare.

    Parameters
    ----------
    hidden_size, num_layers
        Of the LSTM.
    dropout
        Between its layers, and before the output so that it also acts with a single layer.
    """

    def __init__(self, *, hidden_size: int, num_layers: int, dropout: float) -> None:
        super().__init__()
        between = dropout if num_layers > 1 else 0.0
        self.lstm = nn.LSTM(COLUMNS, hidden_size, num_layers, batch_first=True, dropout=between)
        self.drop = nn.Dropout(dropout)
        self.head = nn.Linear(hidden_size, 4 * NATIVE + 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Run over series that each start from a zero state.

        Parameters
        ----------
        x
            Features, shape (series, t, 9).

        Returns
        -------
        tuple
            Prediction of the next quiet sample and reconstruction of the present one, each of shape
            (series, t, 10): means, then logarithms of variances; and the logit of a flare, shape (series, t).
        """
        out = self.head(self.drop(self.lstm(x)[0]))
        return out[..., : 2 * NATIVE], out[..., 2 * NATIVE : 4 * NATIVE], out[..., -1]


def objective(network: CrossChannelLSTM, x: Tensor, quiet: Tensor, label: Tensor, weight: Tensor) -> dict[str, Tensor]:
    """Return the parts of the loss.

    Parameters
    ----------
    network
        In training or evaluation mode.
    x
        Shape (series, t, 9).
    quiet
        The series without flares, one sample longer, shape (series, t + 1, 5).
    label, weight
        Of each sample, shape (series, t).
    """
    prediction, reconstruction, logit = network(x)
    classified = nn.functional.binary_cross_entropy_with_logits(logit, label, weight=weight)
    return {
        "prediction": _surprise(prediction, quiet[:, 1:]),
        "reconstruction": _surprise(reconstruction, quiet[:, :-1]),
        "flare": classified,
    }


def _surprise(output: Tensor, target: Tensor) -> Tensor:
    """Negative log-likelihood of a normal law, less its constant."""
    mean, log_variance = output.chunk(2, dim=-1)
    log_variance = log_variance.clamp(-4.0, 6.0)
    return 0.5 * (log_variance + (target - mean) ** 2 * torch.exp(-log_variance)).mean()
