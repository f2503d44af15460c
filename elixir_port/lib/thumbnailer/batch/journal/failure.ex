defmodule Thumbnailer.Batch.Journal.Failure do
  @moduledoc false
  # What is said of a journal that cannot be used.

  alias Thumbnailer.Error

  @doc "What is said of a journal that cannot be written any more."
  @spec broken(folder :: Path.t(), File.posix() | :lock_lost) :: Error.t()
  def broken(folder, :lock_lost) do
    Error.new(:unavailable, "another batch has taken the lock of #{folder}; this one ends")
  end

  def broken(folder, posix) do
    Error.new(
      :write_failed,
      "the journal #{folder}/journal cannot be written: #{:file.format_error(posix)}"
    )
  end

  @doc "What is said of one that cannot be opened."
  @spec refused(folder :: Path.t(), File.posix() | :not_a_journal) :: Error.t()
  def refused(folder, :not_a_journal) do
    Error.new(
      :write_failed,
      "#{folder}/journal is none of this version; move it away, and give --overwrite any to replace the thumbnails that it knew"
    )
  end

  def refused(folder, posix),
    do: Error.new(:write_failed, "#{folder}/journal cannot be used: #{:file.format_error(posix)}")
end
