defmodule Thumbnailer.Call.Questions do
  @moduledoc false
  # What is asked of one instance and its program, without an image: what `Thumbnailer.ping/1` and the functions beside it yield.

  alias Thumbnailer.{Call, Error, Request, Status}
  alias Thumbnailer.Instance.Questions

  @spec ping(GenServer.server()) :: :ok | {:error, Error.t()}
  def ping(on) do
    with {:ok, _nothing} <- Call.request(on, %Request{op: :ping}), do: :ok
  end

  @spec info(GenServer.server()) :: {:ok, Status.info()} | {:error, Error.t()}
  def info(on), do: Call.request(on, %Request{op: :info})

  @spec sandbox_status(GenServer.server()) :: {:ok, Status.sandbox()} | {:error, Error.t()}
  def sandbox_status(on) do
    with {:ok, hello} <- info(on), do: {:ok, hello.sandbox}
  end

  @spec stats(GenServer.server()) :: {:ok, Status.stats()} | {:error, Error.t()}
  def stats(on) do
    with {:ok, counts} <- Questions.counts(on) do
      program = program(counts, on)
      more = %{program: program, workers: program[:workers], memory: program[:memory]}
      {:ok, Map.merge(counts, more)}
    end
  end

  defp program(%{state: :up}, on) do
    case Call.request(on, %Request{op: :stats}) do
      {:ok, stats} -> stats
      {:error, _error} -> nil
    end
  end

  defp program(_counts, _on), do: nil
end
