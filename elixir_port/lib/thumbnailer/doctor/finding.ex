defmodule Thumbnailer.Doctor.Finding do
  @moduledoc """
  The result of one check of `Thumbnailer.Doctor`: its state, a detail, and advice if the check failed.
  """

  @enforce_keys [:state, :what, :detail]
  defstruct [:state, :what, :detail, :advice]

  @type t :: %__MODULE__{
          state: :ok | :warning | :error,
          what: String.t(),
          detail: String.t(),
          advice: String.t() | nil
        }

  @marks [ok: "ok      ", warning: "warning ", error: "ERROR   "]

  @doc false
  @spec ok(String.t(), String.t()) :: t
  def ok(what, detail), do: %__MODULE__{state: :ok, what: what, detail: detail}

  @doc false
  @spec warning(String.t(), String.t(), String.t()) :: t
  def warning(what, detail, advice),
    do: %__MODULE__{state: :warning, what: what, detail: detail, advice: advice}

  @doc false
  @spec error(String.t(), String.t(), String.t()) :: t
  def error(what, detail, advice),
    do: %__MODULE__{state: :error, what: what, detail: detail, advice: advice}

  @doc """
  The finding as a line for people, with a second line for the advice, if any.

      iex> Thumbnailer.Doctor.Finding.text(%Thumbnailer.Doctor.Finding{state: :ok, what: "webp", detail: "written and read"})
      "ok      webp      written and read"
  """
  @doc since: "0.1.0"
  @spec text(t) :: String.t()
  def text(%__MODULE__{} = finding) do
    line = "#{@marks[finding.state]}#{String.pad_trailing(finding.what, 9)} #{finding.detail}"

    if finding.advice,
      do: line <> "\n" <> String.duplicate(" ", 18) <> finding.advice,
      else: line
  end
end
