defmodule Thumbnailer.Doctor.Finding do
  @moduledoc """
  One thing that `Thumbnailer.Doctor` looked at: how it is, what was seen, and what to do when it is not well.

      iex> Thumbnailer.Doctor.Finding.text(%Thumbnailer.Doctor.Finding{state: :ok, what: "webp", seen: "written and read"})
      "ok      webp      written and read"
  """

  @enforce_keys [:state, :what, :seen]
  defstruct [:state, :what, :seen, :advice]

  @type t :: %__MODULE__{
          state: :ok | :warning | :error,
          what: String.t(),
          seen: String.t(),
          advice: String.t() | nil
        }

  @marks [ok: "ok      ", warning: "warning ", error: "ERROR   "]

  @doc false
  @spec ok(String.t(), String.t()) :: t
  def ok(what, seen), do: %__MODULE__{state: :ok, what: what, seen: seen}

  @doc false
  @spec warning(String.t(), String.t(), String.t()) :: t
  def warning(what, seen, advice),
    do: %__MODULE__{state: :warning, what: what, seen: seen, advice: advice}

  @doc false
  @spec error(String.t(), String.t(), String.t()) :: t
  def error(what, seen, advice),
    do: %__MODULE__{state: :error, what: what, seen: seen, advice: advice}

  @doc "The finding as a line for people, and a second one with the advice, if there is any."
  @doc since: "0.1.0"
  @spec text(t) :: String.t()
  def text(%__MODULE__{} = finding) do
    line = "#{@marks[finding.state]}#{String.pad_trailing(finding.what, 9)} #{finding.seen}"

    if finding.advice,
      do: line <> "\n" <> String.duplicate(" ", 18) <> finding.advice,
      else: line
  end
end
