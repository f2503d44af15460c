defmodule Thumbnailer.Batch.DiskTrouble do
  @moduledoc false
  # Failures that the next image will meet, too: a full disk, a quota, a read-only file system, a broken disk. After a few in a row
  # a batch ends.

  alias Thumbnailer.{Batch, Error}
  alias Thumbnailer.Batch.Outcome

  # In a row, before the batch ends.
  @enough 3

  # As strerror(3) and `:file.format_error/1` put them, in lower case.
  @signs [
    "no space left on device",
    "disk quota exceeded",
    "read-only file system",
    "input/output error",
    "i/o error",
    "file too large"
  ]

  defstruct count: 0, sign: nil

  @type t :: %__MODULE__{count: non_neg_integer, sign: String.t() | nil}

  @doc "Adds what became of an image; an image that was made ends the row."
  @spec add(t, Outcome.t()) :: t
  def add(trouble, %Outcome{state: :failed, errors: errors}) do
    case Enum.find_value(errors, &sign/1) do
      nil -> trouble
      sign -> %{trouble | count: trouble.count + 1, sign: sign}
    end
  end

  def add(_trouble, %Outcome{state: :made}), do: %__MODULE__{}
  def add(trouble, _outcome), do: trouble

  defp sign(%Error{reason: :write_failed, message: message}) do
    message = String.downcase(message, :ascii)
    Enum.find(@signs, &String.contains?(message, &1))
  end

  defp sign(_error), do: nil

  @doc "Why the batch ends, or nil."
  @spec halt(t, Path.t()) :: Error.t() | nil
  def halt(%__MODULE__{count: count, sign: sign}, out) when count >= @enough,
    do: Error.new(:write_failed, "#{out}: #{sign}; #{count} images in a row could not be written")

  def halt(_trouble, _out), do: nil

  @doc "The tables of a run could not be written."
  @spec no_table(Batch.t(), %File.Error{}) :: Error.t()
  def no_table(batch, %File.Error{reason: posix}) do
    where = if batch.dry_run, do: System.tmp_dir!(), else: batch.out
    message = "#{where}: #{:file.format_error(posix)}; the tables of a run lie there"
    Error.new(:write_failed, message)
  end
end
